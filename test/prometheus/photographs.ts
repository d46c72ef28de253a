import { setTimeout as pause } from 'node:timers/promises';
import { dashboards } from '../../deploy/grafana/src/dashboards.ts';
import { marks } from '../../deploy/grafana/src/marks.ts';
import type { Query } from '../../deploy/grafana/src/panel.ts';
import type { Photograph, Picture } from './pictures.ts';
import { type PrivateServer, query } from './servers.ts';

/** What is photographed: a panel as "dashboard: title", a mark as "mark: name". */
export const subjects: readonly { name: string; queries: readonly Query[] }[] = [
  ...dashboards.flatMap(({ uid, rows }) =>
    rows.flatMap(({ panels }) =>
      panels.map(({ title, queries }) => ({ name: `${uid.replace('breakwater-', '')}: ${title}`, queries })),
    ),
  ),
  ...marks.map(({ name, expr }) => ({ name: `mark: ${name}`, queries: [{ expr, legend: name }] })),
];

/** Puts in what Grafana does: of ten seconds here, since scrapes come every second. */
export function filledIn(expr: string): string {
  return expr
    .replaceAll('$__rate_interval', '10s')
    .replaceAll('$__range', '5m')
    .replaceAll('$datacenter', '.*');
}

/** Takes one photograph. @throws when two series have the same name: nobody could tell them apart. */
async function photograph(server: PrivateServer, queries: readonly Query[]): Promise<Photograph> {
  const series = await Promise.all(
    queries.map(async ({ expr, legend }) =>
      (await query(server, filledIn(expr))).map(({ labels, value }) => {
        const name = legend.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => labels[label] ?? '').trim();
        return [name, value] as const;
      }),
    ),
  );
  const all = series.flat();
  const photo = Object.fromEntries(all);
  if (Object.keys(photo).length !== all.length) throw new Error(`not told apart: ${JSON.stringify(all)}`);
  return photo;
}

/** Photographs a subject over and over until the picture is as wanted, or somebody says that it is enough. */
export async function watch(
  server: PrivateServer,
  wanted: ReadonlyMap<string, Picture['good']>,
  enough: () => boolean,
): Promise<Map<string, Photograph>> {
  const photos = new Map<string, Photograph>();
  const open = new Map(wanted);
  do {
    for (const { name, queries } of subjects) {
      const fits = open.get(name);
      if (fits === undefined) continue;
      const photo = await photograph(server, queries);
      photos.set(name, photo);
      if (fits(photo)) open.delete(name);
    }
    await pause(200);
  } while (open.size > 0 && !enough());
  return photos;
}
