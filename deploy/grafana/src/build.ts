/* oxlint-disable typescript/no-deprecated -- the newer schema is read by the newest Grafana only; this one by all that there are. */
import type * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus';
import { marks } from './marks.ts';
import type { Colour, Dashboard, Mark, Panel, Step, Word } from './panel.ts';
import { named } from './promql.ts';
import { type PanelBuilder, shapeOf } from './shapes.ts';

const SOURCE: common.DataSourceRef = { type: 'prometheus', uid: '${source}' };

/** The dashboard as Grafana reads it. Panels are placed in the order in which they are written. */
export function build({ uid, title, description, rows }: Dashboard): dashboard.Dashboard {
  const builder = new dashboard.DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags(['breakwater'])
    .timezone('browser')
    .time({ from: 'now-1h', to: 'now' })
    .refresh('15s')
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    // What is edited in the browser is gone at the next provisioning.
    .readonly()
    .variables(variables(rows))
    .links(links());
  for (const mark of marks) builder.annotation(annotationOf(mark));
  for (const row of rows) {
    builder.withRow(new dashboard.RowBuilder(row.title));
    for (const panel of row.panels) builder.withPanel(panelOf(panel));
  }
  return builder.build();
}

function panelOf(panel: Panel): PanelBuilder {
  const { shows, bad, next } = panel;
  const builder = shapeOf(panel)
    .title(panel.title)
    .description(`${shows}\n\n**Bad:** ${bad}\n\n**Next:** ${next}`)
    .datasource(SOURCE)
    .span(panel.width)
    .height(panel.height)
    .unit(panel.unit)
    .noValue(panel.empty)
    .thresholds(thresholdsOf(panel.steps))
    .colorScheme(new dashboard.FieldColorBuilder().mode(colouringOf(panel)))
    .mappings(panel.words === undefined ? [] : [wordsOf(panel.words)]);
  panel.queries.forEach(({ expr, legend }, index) => {
    const refId = String.fromCharCode('A'.charCodeAt(0) + index);
    const query = new prometheus.DataqueryBuilder()
      .refId(refId)
      .datasource(SOURCE)
      .expr(expr)
      .legendFormat(legend);
    builder.withTarget(isOfNow(panel) ? query.instant() : query.range());
  });
  for (const [name, colour] of Object.entries(panel.colours ?? {}))
    builder.overrideByName(name, [{ id: 'color', value: { mode: 'fixed', fixedColor: colour } }]);
  return builder;
}

/** Of a range the newest value of a series could be one of an hour ago, after which it ended. */
function isOfNow({ shape }: Panel): boolean {
  return shape === 'stat' || shape === 'bars';
}

/** Values are coloured by their threshold where that is what they are for; lines are told apart by colour. */
function colouringOf({ shape }: Panel): dashboard.FieldColorModeId {
  const apart = shape === 'lines' || shape === 'stack';
  return apart ? dashboard.FieldColorModeId.PaletteClassicByName : dashboard.FieldColorModeId.Thresholds;
}

function thresholdsOf(steps: readonly Step[]): dashboard.ThresholdsConfigBuilder {
  return new dashboard.ThresholdsConfigBuilder()
    .mode(dashboard.ThresholdsMode.Absolute)
    .steps(steps.map(({ from, colour }) => ({ value: from, color: colour })));
}

function wordsOf(words: readonly Word[]): dashboard.ValueMap {
  const options = words.map(({ value, text, colour }, index) => [value, { text, color: colour, index }]);
  return { type: dashboard.MappingType.ValueToText, options: Object.fromEntries(options) as ValueMapOptions };
}

type ValueMapOptions = dashboard.ValueMap['options'];

function annotationOf({ name, colour, expr }: Mark): dashboard.AnnotationQueryBuilder {
  return new dashboard.AnnotationQueryBuilder()
    .name(name)
    .datasource(SOURCE)
    .enable(true)
    .iconColor(colour satisfies Colour)
    .expr(expr)
    .target(new prometheus.DataqueryBuilder().refId('Anno').expr(expr).range())
    .titleFormat(name)
    .step('15s');
}

function variables(rows: Dashboard['rows']): Parameters<dashboard.DashboardBuilder['variables']>[0] {
  const source = new dashboard.DatasourceVariableBuilder('source').label('Data source').type('prometheus');
  const status = new dashboard.TextBoxVariableBuilder('status')
    .label('Status page')
    .defaultValue('http://127.0.0.1:7300/');
  const datacenter = new dashboard.QueryVariableBuilder('datacenter')
    .label('Datacenter')
    .datasource(SOURCE)
    .query({ query: `label_values(${named('hosts')}, datacenter)`, refId: 'datacenters' })
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ text: 'All', value: '$__all' });
  // A choice that no panel follows would mislead.
  const chosen = JSON.stringify(rows).includes('$datacenter');
  return chosen ? [source, datacenter, status] : [source, status];
}

function links(): dashboard.DashboardLinkBuilder[] {
  return [
    new dashboard.DashboardLinkBuilder('Status page')
      .type(dashboard.DashboardLinkType.Link)
      .icon('external link')
      .tooltip('What rollouts do, by host: it needs neither Prometheus nor a login')
      .url('${status}')
      .targetBlank(true),
    new dashboard.DashboardLinkBuilder('Breakwater')
      .type(dashboard.DashboardLinkType.Dashboards)
      .tags(['breakwater'])
      .keepTime(true)
      .includeVars(true),
  ];
}
