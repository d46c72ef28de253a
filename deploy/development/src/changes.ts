import { EXAMPLE_COM, exampleCom, type Files, firstConfiguration, NAMED_CONF_PATH } from './configuration.ts';

/** A change as it is submitted to `POST /v1/rollouts`. */
export interface Change {
  title: string;
  reason: string;
  bundle: { files: Files };
  strategy: Record<string, { soak: string }>;
  checks: { name: string; type: string; expect: { rcode: string; answers?: string[]; minSerial?: number } }[];
}

/** The name that the story's changes are about. */
export const ASKED_NAME = 'www.example.com';

/** Long enough to see, short enough to watch. In earnest it is minutes. */
const SOAK = { soak: '2s' };
const strategy = { canary: SOAK, datacenters: SOAK, global: SOAK };

/** A change that gives the web server these addresses, and asks for them afterwards. */
function webServerAt(serial: number, addresses: string[], text: Pick<Change, 'title' | 'reason'>): Change {
  return {
    ...text,
    bundle: { files: { ...firstConfiguration, [EXAMPLE_COM]: exampleCom(serial, addresses) } },
    strategy,
    checks: [
      { name: ASKED_NAME, type: 'A', expect: { rcode: 'NOERROR', answers: addresses } },
      { name: 'example.com', type: 'SOA', expect: { rcode: 'NOERROR', minSerial: serial } },
    ],
  };
}

export const ADDRESSES_AFTER = ['192.0.2.80', '192.0.2.81'];

export const goodChange = webServerAt(2, ADDRESSES_AFTER, {
  title: `Let ${ASKED_NAME} resolve to a second address`,
  reason: 'A second web server takes half of the load',
});

/** For the person to try: it follows on the good change. */
export const nextChange = webServerAt(3, [...ADDRESSES_AFTER, '192.0.2.83'], {
  title: `Let ${ASKED_NAME} resolve to a third address`,
  reason: 'Trying Breakwater',
});

const acl = 'acl internal { 127.0.0.1; {{host.address}}; };\n\n';

/**
 * Means to keep strangers out, and keeps everybody out but the host itself. Nothing in it is wrong for a checker, the
 * zones load, the name server starts, and whatever the host asks itself is answered; only a question from another host
 * shows it.
 */
export const badChange: Change = {
  title: 'Answer internal clients only',
  reason: 'The audit asks for it',
  bundle: {
    files: {
      ...goodChange.bundle.files,
      [NAMED_CONF_PATH]:
        acl +
        (firstConfiguration[NAMED_CONF_PATH] ?? '').replace(
          'allow-query { any; }',
          'allow-query { internal; }',
        ),
    },
  },
  strategy,
  checks: goodChange.checks,
};
