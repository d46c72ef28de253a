// Which module may import which. Every rule states its reason, and the reason is what a violation prints.
//
// "Room" is a folder of a service: core (decides), runtime (loads, decides, saves, acts), adapters (the outside
// world). Arrows point one way: main, compose and config -> adapters -> core <- runtime.

const TEST = '\\.test\\.ts$';
// Tests, and the folders named testing/ that hold their helpers: fakes, arbitraries, contract suites.
const TESTS = [TEST, '/testing/'];
const SHARED = '^packages/shared/src/index\\.ts$';
const ADAPTER_INTERFACE = 'adapters/.+/interfaces?\\.ts$';

/** @param {Record<string, Omit<import('dependency-cruiser').IForbiddenRuleType, 'name' | 'severity'>>} rules */
function errors(rules) {
  return Object.entries(rules).map(([name, rule]) => ({ name, severity: 'error', ...rule }));
}

const rooms = {
  'core-imports-only-core': {
    comment:
      'The core is pure: a snapshot and `now` in, new state and effects as data out. A library, a node:* module ' +
      'or an adapter in it would be an input that no snapshot holds. It may import its own core and @breakwater/shared.',
    from: { path: '^services/([^/]+)/src/core/', pathNot: TESTS },
    to: { pathNot: ['^services/$1/src/core/', SHARED] },
  },
  'core-tests-need-only-core': {
    comment:
      'A test of the core that needs an adapter or a running thing tests something else, or the core is not pure. ' +
      'It may import the core, @breakwater/shared and its testing part, vitest and fast-check.',
    from: { path: `^services/([^/]+)/src/core/.*(?:${TESTS.join('|')})` },
    to: {
      pathNot: [
        '^services/$1/src/core/',
        SHARED,
        '^packages/shared/src/testing/index\\.ts$',
        '/node_modules/(?:vitest|fast-check)/',
      ],
    },
  },
  'runtime-imports-interfaces-only': {
    comment:
      'The runtime knows what an adapter does, never which one it is: only then can the same loop run on fakes with ' +
      "faults. It may import core, runtime, adapters' interface.ts (or interfaces.ts), @breakwater/shared and pino's " +
      'Logger. compose.ts chooses the implementations.',
    from: { path: '^services/([^/]+)/src/runtime/', pathNot: TESTS },
    to: {
      pathNot: [
        '^services/$1/src/(?:core|runtime)/',
        `^services/$1/src/${ADAPTER_INTERFACE}`,
        SHARED,
        '/node_modules/pino/',
      ],
    },
  },
  'interfaces-are-plain': {
    comment:
      "An adapter's interface speaks of core and shared types only. A library's type in it would tie the runtime, and " +
      'every other implementation, to that library.',
    from: { path: `^services/([^/]+)/src/${ADAPTER_INTERFACE}` },
    to: { pathNot: ['^services/$1/src/core/', `^services/$1/src/${ADAPTER_INTERFACE}`, SHARED] },
  },
  'adapters-do-not-look-up': {
    comment:
      'An adapter serves the runtime and does not know it, nor main.ts, compose.ts or config.ts, not even by type. ' +
      'What it needs from them is in its own interface, and is handed to it.',
    from: { path: '^services/([^/]+)/src/adapters/' },
    to: { path: '^services/$1/src/(?:runtime/|[^/]+\\.ts$)' },
  },
  'only-known-rooms': {
    comment:
      'A service has core/, runtime/, adapters/, testing/ (helpers of its tests), main.ts, compose.ts and config.ts, and the agent helper/, a program of its own. A file elsewhere would be outside ' +
      'all the other rules.',
    from: {
      path: '^services/[^/]+/src/(?!(?:core|runtime|adapters|testing|helper)/|(?:main|compose|config)(?:\\.test)?\\.ts$)',
    },
    to: {},
  },
  'the-root-helper-is-small': {
    comment:
      'services/agent/src/helper is a program that runs as root. Whatever it imports runs as root too: only the core, ' +
      'config.ts and those adapters that look at this host may; nothing that talks to a network or runs the agent.',
    from: { path: '^services/agent/src/helper/', pathNot: TESTS },
    to: {
      pathNot: [
        '^services/agent/src/(?:core|helper)/',
        '^services/agent/src/config\\.ts$',
        '^services/agent/src/adapters/(?:boot|disk|generations|helper|journal|supervisor)/',
        SHARED,
        '^(?:node:)?(?:fs/promises|net|path)$',
      ],
    },
  },
  'nobody-imports-the-root-helper': {
    comment: 'The root helper is talked to through its socket; see services/agent/src/adapters/helper.',
    from: { pathNot: ['^services/agent/src/helper/', ...TESTS, '^test/'] },
    to: { path: '^services/agent/src/helper/' },
  },
  'nothing-imports-main': {
    comment:
      'main.ts runs when it is imported, and compose.ts wires one process: only main.ts and tests may import compose.ts, ' +
      'and nothing imports main.ts.',
    from: { pathNot: ['^(services|deploy)/[^/]+/src/main\\.ts$', ...TESTS, '^test/'] },
    to: { path: '^services/[^/]+/src/(?:main|compose)\\.ts$' },
  },
};

const packages = {
  'services-are-strangers': {
    comment:
      'The orchestrator and the agent know each other only through @breakwater/shared: they are deployed at different ' +
      'times, so whatever they both rely on must be a written contract.',
    from: { path: '^services/([^/]+)/' },
    to: { path: '^services/', pathNot: '^services/$1/' },
  },
  'shared-is-the-bottom': {
    comment: 'packages/* are what everything else stands on; importing upwards would close a circle.',
    from: { path: '^packages/' },
    to: { path: '^(?:services|deploy|test)/' },
  },
  'packages-know-shared-only': {
    comment:
      'The command line talks to orchestrators over the network alone, with types generated from their OpenAPI document: ' +
      'it may import @breakwater/shared and libraries. And nothing imports the command line.',
    from: { path: '^packages/([^/]+)/' },
    to: {
      path: '^packages/',
      pathNot: ['^packages/$1/', SHARED, '^packages/shared/src/testing/index\\.ts$'],
    },
  },
  'only-through-exports': {
    comment:
      'Another package is imported by its name, through its "exports". A path into its src would make every file of it ' +
      'public. (Tests in test/ may.)',
    from: { path: '^((?:packages|services|deploy)/[^/]+)/' },
    to: { path: '^packages/[^/]+/', pathNot: ['^$1/', '^packages/[^/]+/src/(?:testing/)?index\\.ts$'] },
  },
  'testing-is-for-tests': {
    comment: 'Fakes and test helpers must not be reachable from production code.',
    from: { pathNot: [...TESTS, '^test/'] },
    to: { path: '^(?:packages|services|deploy)/[^/]+/src/.*testing/' },
  },
  'tests-are-leaves': {
    comment: 'Nothing imports a test: it would run twice, or in production.',
    from: { pathNot: '^test/' },
    to: { path: ['^test/', TEST] },
  },
};

const hygiene = {
  'no-circular': {
    comment:
      'In a circle no module can be understood, tested or loaded on its own, and which one is initialised first ' +
      'depends on who asked. Move what both need into a third.',
    from: {},
    to: { circular: true },
  },
  'no-unresolvable': {
    comment: 'This import leads nowhere: a wrong path, a missing .ts, or not in "exports".',
    from: {},
    to: { couldNotResolve: true },
  },
  'no-undeclared-dependency': {
    comment:
      'This library is not in the nearest package.json: it works only while some other package happens to bring it.',
    from: {},
    to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
  },
  'no-dev-dependency-in-production': {
    comment: 'Production code imports a devDependency, which is not there in production.',
    from: { path: '^(?:packages|services|deploy)/', pathNot: TESTS },
    to: {
      dependencyTypes: ['npm-dev'],
      dependencyTypesNot: ['type-only', 'npm', 'npm-optional', 'npm-peer'],
    },
  },
};

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: errors({ ...rooms, ...packages, ...hygiene }),
  options: {
    // TypeScript 7 has no compiler API that this tool could use; without another parser it would quietly look at
    // no module at all and be content. (The npm script also insists that modules were found.)
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: '(^|/)node_modules/' },
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['node', 'import', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs'],
    },
  },
};
