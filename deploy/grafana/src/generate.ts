import { writeFile } from 'node:fs/promises';
import { dashboards, fileOf } from './dashboards.ts';

// Writes the files that Grafana is provisioned with.
for (const { name, text } of dashboards.map(fileOf))
  await writeFile(new URL(`../dashboards/${name}`, import.meta.url), text);
