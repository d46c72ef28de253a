import * as bargauge from '@grafana/grafana-foundation-sdk/bargauge';
import * as common from '@grafana/grafana-foundation-sdk/common';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as statetimeline from '@grafana/grafana-foundation-sdk/statetimeline';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';
import type { Panel } from './panel.ts';

/** What all kinds of panels of the library have, as far as it is used here. */
export type PanelBuilder =
  | bargauge.PanelBuilder
  | stat.PanelBuilder
  | statetimeline.PanelBuilder
  | timeseries.PanelBuilder;

/** The library's builder for a panel, with what only this kind of panel has. */
export function shapeOf(panel: Panel): PanelBuilder {
  switch (panel.shape) {
    case 'stat':
      return new stat.PanelBuilder()
        .reduceOptions(newest())
        .colorMode(common.BigValueColorMode.Background)
        .graphMode(common.BigValueGraphMode.None)
        .textMode(common.BigValueTextMode.Value);
    case 'bars':
      return new bargauge.PanelBuilder()
        .reduceOptions(newest())
        .orientation(common.VizOrientation.Horizontal)
        .displayMode(common.BarGaugeDisplayMode.Basic)
        .min(0);
    case 'states':
      return new statetimeline.PanelBuilder()
        .mergeValues(true)
        .showValue(common.VisibilityMode.Auto)
        .rowHeight(0.9)
        .fillOpacity(80)
        .legend(list())
        .tooltip(everySeries());
    case 'lines':
      return lines(panel);
    case 'stack':
      return lines(panel)
        .stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal))
        .fillOpacity(60);
    default:
      return panel.shape satisfies never;
  }
}

function lines({ steps }: Panel): timeseries.PanelBuilder {
  const builder = new timeseries.PanelBuilder()
    .legend(list())
    .tooltip(everySeries())
    .showPoints(common.VisibilityMode.Never)
    // What is silent is a gap, never a line drawn across it.
    .spanNulls(false)
    .min(0);
  return steps.length === 1
    ? builder
    : builder.thresholdsStyle(
        new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed),
      );
}

/** The newest value, and nothing when there is none: not the last one that there was. */
function newest(): common.ReduceDataOptionsBuilder {
  return new common.ReduceDataOptionsBuilder().calcs(['last']).values(false);
}

function list(): common.VizLegendOptionsBuilder {
  return new common.VizLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(common.LegendDisplayMode.List)
    .placement(common.LegendPlacement.Bottom);
}

function everySeries(): common.VizTooltipOptionsBuilder {
  return new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi);
}
