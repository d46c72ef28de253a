/** What a panel or a mark would show at one moment: its newest values by the names in its legend. */
export type Photograph = Readonly<Record<string, number>>;

type Fits = (photo: Photograph) => boolean;

/** How a panel looks while a rollout goes well, and how when it has halted and the fleet is in trouble. */
export interface Picture {
  good: Fits;
  /** `same`: what the story of the test does is nothing that this panel is about. */
  bad: Fits | 'same';
}

const only = (name: string, is: (value: number) => boolean): Fits => {
  return (photo) => Object.keys(photo).join() === name && is(photo[name] ?? Number.NaN);
};
const zero = (name: string): Fits => only(name, (value) => value === 0);
const some = (name: string): Fits => only(name, (value) => value >= 1);
const nothing: Fits = (photo) => Object.keys(photo).length === 0;
const isAt = (photo: Photograph, name: string, least: number): boolean => (photo[name] ?? -1) >= least;
/** All series are there and have a value that is no more than usual. */
const within = (most: number, ...names: readonly string[]): Fits => {
  return (photo) =>
    names.every((name) => isAt(photo, name, 0)) && Object.values(photo).every((value) => value <= most);
};
/** A number of 0 is good, and any other one is bad. */
const count = (title: string): Picture => ({ good: zero(title), bad: some(title) });

const rollout: Record<string, Picture> = {
  Halted: count('Halted'),
  'Waiting for a decision': count('Waiting for a decision'),
  'Under way': { good: some('Under way'), bad: zero('Under way') },
  'Failed hosts': count('Failed hosts'),
  'Line stopped': count('Line stopped'),
  Emergencies: { good: zero('Emergencies'), bad: 'same' },
  Waves: {
    good: (photo) => photo['canary'] === 4 && photo['datacenter ams'] === 1 && photo['global'] === 1,
    bad: (photo) => photo['canary'] === 6,
  },
  'Hosts by state': {
    good: (photo) =>
      photo['soaking'] === 1 && photo['failed'] === undefined && photo['reverted'] === undefined,
    bad: (photo) => isAt(photo, 'reverted', 1),
  },
  // A host that has failed and is back before anybody looks is not counted as failed: no test can wait for it.
  'Failures by reason': { good: zero('none'), bad: 'same' },
  'Halts and ways back': {
    good: (photo) => photo['halts'] === 0 && photo['rollbacks'] === 0,
    bad: (photo) => photo['halts'] === 2 && photo['rollbacks'] === 0,
  },
  'Changed hosts against the others': {
    good: (photo) => Object.keys(photo).length === 4 && (photo['changed, median'] ?? 1) < 0.05,
    bad: (photo) => isAt(photo, 'changed, median', 0.05),
  },
  'Unanswered questions': { good: within(0, 'changed', 'unchanged'), bad: 'same' },
  Gates: {
    good: (photo) => isAt(photo, 'pass', 1) && photo['fail'] === undefined,
    bad: (photo) => isAt(photo, 'fail', 1),
  },
  'Name servers, as their agents ask them': {
    good: within(0.5, 'median', 'p90'),
    bad: 'same',
  },
  'From the first sign to the halt': {
    good: zero('mean'),
    bad: only('mean', (value) => value > 0 && value < 5),
  },
};

const fleet: Record<string, Picture> = {
  'Not healthy': count('Not healthy'),
  'Agents lost': count('Agents lost'),
  'Agents connected': {
    good: only('Agents connected', (value) => value === 1),
    bad: only('Agents connected', (value) => value < 1),
  },
  Drifted: count('Drifted'),
  Drained: count('Drained'),
  'Name servers down': count('Name servers down'),
  'Not healthy, by datacenter': {
    good: (photo) => photo['ams'] === 0 && photo['fra'] === 0,
    bad: (photo) => isAt(photo, 'ams', 1) && isAt(photo, 'fra', 1),
  },
  'Budget used': {
    good: (photo) => photo['ams'] === 1 && photo['fra'] === 0,
    bad: (photo) => isAt(photo, 'ams', 0.3) && isAt(photo, 'fra', 0.3),
  },
  'Agents by link': {
    good: (photo) => photo['connected'] === 6 && photo['lost'] === 0,
    bad: (photo) => photo['connected'] === 5 && photo['lost'] === 1,
  },
  'Drift and drained, by datacenter': {
    good: within(0, 'drifted ams', 'drained fra'),
    bad: (photo) => photo['drifted ams'] === 1 && photo['drained ams'] === 1 && photo['drifted fra'] === 0,
  },
  'Hosts by generation': {
    good: (photo) => photo['under_way'] === 1 && photo['newest'] === 0,
    bad: (photo) => isAt(photo, 'newest', 4),
  },
  'Questions, by what became of them': {
    good: (photo) => isAt(photo, 'pass', 0.1) && photo['fail'] === 0,
    bad: (photo) => isAt(photo, 'fail', 0.01),
  },
  'Time to answer, the slowest datacenters': {
    good: within(0.5, 'ams', 'fra'),
    bad: 'same',
  },
  'Ends of name servers, by datacenter': {
    good: (photo) => photo['ams'] === 1 && photo['fra'] === 0,
    bad: (photo) => isAt(photo, 'ams', 4) && isAt(photo, 'fra', 3),
  },
};

const orchestrator: Record<string, Picture> = {
  'Orchestrators down': count('Orchestrators down'),
  Store: { good: some('Store'), bad: zero('Store') },
  'Nothing is granted': { good: zero('Nothing is granted'), bad: 'same' },
  'Pages nobody took': count('Pages nobody took'),
  'The oldest of them': count('The oldest of them'),
  'Freeze window': { good: zero('Freeze window'), bad: 'same' },
  'Pages by outcome': {
    good: (photo) => photo['nobody accepted'] === 0 && photo['nobody failed'] === 0,
    bad: (photo) => photo['nobody accepted'] === 0 && isAt(photo, 'nobody failed', 1),
  },
  Queue: {
    good: (photo) => isAt(photo, 'delayed', 0) && photo['failed'] === 0,
    bad: 'same',
  },
  'Time of a decision': { good: within(5, 'median', 'p99'), bad: 'same' },
  'Time of the store': { good: within(5, 'snapshot', 'commit'), bad: 'same' },
  'Event loop': { good: (photo) => Object.values(photo).some((value) => value < 5), bad: 'same' },
  Processor: { good: (photo) => Object.values(photo).some((value) => value > 0), bad: 'same' },
  Memory: { good: (photo) => Object.values(photo).some((value) => value > 1e7), bad: 'same' },
  'Decided again': { good: only('conflicts', (value) => value >= 0), bad: 'same' },
  'Events written': { good: only('events', (value) => value > 0), bad: 'same' },
};

const mark: Record<string, Picture> = {
  'Halted by the machine': { good: nothing, bad: some('Halted by the machine') },
  'Halted, nobody has decided': { good: nothing, bad: some('Halted, nobody has decided') },
  'Began to roll back': { good: nothing, bad: 'same' },
  'A gate fails': { good: nothing, bad: some('A gate fails') },
  'Emergency under way': { good: nothing, bad: 'same' },
  'Line stopped': { good: nothing, bad: some('Line stopped') },
};

/** A picture of every panel and of every mark, by the names of what is photographed. */
export const pictures: ReadonlyMap<string, Picture> = new Map(
  Object.entries({ rollout, fleet, orchestrator, mark }).flatMap(([where, all]) =>
    Object.entries(all).map(([title, picture]) => [`${where}: ${title}`, picture] as const),
  ),
);
