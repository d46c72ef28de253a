/** One line of a panel: a query, and what its series are called. */
export interface Query {
  expr: string;
  /** With the labels in double braces. */
  legend: string;
}

export type Colour = 'green' | 'yellow' | 'orange' | 'red' | 'blue' | 'purple' | 'text';

/** From `from` on (`null`: from anywhere) a value has this colour. */
export interface Step {
  from: number | null;
  colour: Colour;
}

/** What is written instead of a number. */
export interface Word {
  value: number;
  text: string;
  colour: Colour;
}

/** `stat`: the newest value, large. `bars`: the newest values, side by side. `states`: a strip for each series. `lines`: a graph. */
export type Shape = 'stat' | 'bars' | 'states' | 'lines' | 'stack';

/** A panel as this project thinks of it. Whatever is not said here is the same for all of them. */
export interface Panel {
  title: string;
  /** What it shows. */
  shows: string;
  /** What a bad picture looks like. */
  bad: string;
  /** Where to look next: a runbook, or a command. */
  next: string;
  shape: Shape;
  queries: readonly Query[];
  /** Of 24 columns. */
  width: number;
  height: number;
  unit: string;
  steps: readonly Step[];
  words?: readonly Word[];
  /** Colours of series by their name; all others get theirs from the palette. */
  colours?: Readonly<Record<string, Colour>>;
  /** What stands there while there is nothing to show, which is what `bad` or `shows` has to explain. */
  empty: string;
}

/** Panels below one heading. */
export interface Row {
  title: string;
  panels: readonly Panel[];
}

/** A mark over all panels of a dashboard, for as long as its query has a value. */
export interface Mark {
  name: string;
  colour: Colour;
  expr: string;
}

export interface Dashboard {
  uid: string;
  title: string;
  description: string;
  rows: readonly Row[];
}

/** Any at all is bad. */
export const NONE_IS_GOOD: readonly Step[] = [
  { from: null, colour: 'green' },
  { from: 1, colour: 'red' },
];
/** Any at all is worth a look. */
export const NONE_IS_USUAL: readonly Step[] = [
  { from: null, colour: 'green' },
  { from: 1, colour: 'orange' },
];
/** Neither much nor little of it says anything by itself. */
export const NO_JUDGEMENT: readonly Step[] = [{ from: null, colour: 'blue' }];

/** A large number in the top row of a dashboard. */
export function stat(
  about: Omit<Panel, 'shape' | 'queries' | 'width' | 'height' | 'unit'> & { expr: string; unit?: string },
): Panel {
  const { expr, unit = 'none', ...rest } = about;
  return { ...rest, unit, shape: 'stat', queries: [{ expr, legend: about.title }], width: 4, height: 4 };
}
