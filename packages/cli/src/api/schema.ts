// Written by `npm run generate` from the orchestrator's OpenAPI document; a test holds the two equal.
export interface paths {
    "/v1/bundles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Store a bundle
         * @description Stores files under the digest of their manifest. The same files give the same digest; storing them twice changes nothing.
         */
        post: operations["storeBundle"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/bundles/{digest}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a bundle back
         * @description The manifest and every file, as they were stored.
         */
        get: operations["getBundle"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/plans": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Show what a submission would do; stores nothing
         * @description Takes what a submission takes, and answers with the waves, what would change on each host, warnings, and the `planDigest` that a submission may carry.
         */
        post: operations["planRollout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rollouts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List rollouts, newest first
         * @description Parts of at most `limit`, newest first.
         */
        get: operations["listRollouts"];
        put?: never;
        /**
         * Submit a change
         * @description Starts a rollout. With `planDigest` it is refused when the fleet no longer gives the plan that was looked at. The same `idempotency-key` with the same body gives the same rollout.
         */
        post: operations["submitRollout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rollouts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a rollout: its state, waves, hosts, and verdicts with reasons
         * @description Its state and what decided it, every wave, and every host with its verdict.
         */
        get: operations["getRollout"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rollouts/{id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * approve a rollout
         * @description Lets the wave that waits go ahead. With `wave` it approves that one alone: an approval that comes late is refused. Nobody approves their own rollout. A verb whose answer was lost may be sent again: what is so already stays so.
         */
        post: operations["approveRollout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rollouts/{id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * pause a rollout
         * @description No further host is taken. What is in flight goes on, and a failure still halts. A verb whose answer was lost may be sent again: what is so already stays so.
         */
        post: operations["pauseRollout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rollouts/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * resume a rollout
         * @description Goes on after a pause, or after a halt: then every host that does not keep the change proves it again. A verb whose answer was lost may be sent again: what is so already stays so.
         */
        post: operations["resumeRollout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rollouts/{id}/abort": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * abort a rollout
         * @description Ends it. Hosts in flight go back by themselves; hosts that keep the change stay. A verb whose answer was lost may be sent again: what is so already stays so.
         */
        post: operations["abortRollout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rollouts/{id}/rollback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * rollback a rollout
         * @description Takes every changed host back, the newest wave first, within `maxUnavailable`. It works while the rollout runs, when it is halted, and after it has succeeded. A verb whose answer was lost may be sent again: what is so already stays so.
         */
        post: operations["rollbackRollout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rollouts/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * retry one host of a rollout
         * @description Lets a host that has failed or was skipped prove the change again. A verb whose answer was lost may be sent again: what is so already stays so.
         */
        post: operations["retryRollout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rollouts/{id}/skip": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * skip one host of a rollout
         * @description Leaves a host out that is not changed. One that cannot be heard catches up later. A verb whose answer was lost may be sent again: what is so already stays so.
         */
        post: operations["skipRollout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the audit log: the events of everything, oldest first
         * @description Numbered without gaps, each event chained to the one before by its hash.
         */
        get: operations["getAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rollouts/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the event log of a rollout; with Accept: text/event-stream it follows
         * @description Oldest first. As a stream of server-sent events it goes on until the client leaves, and takes up again from `last-event-id`.
         */
        get: operations["getRolloutEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rollouts/{id}/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the incident timeline, as JSON or (Accept: text/markdown, or ?format=markdown) as Markdown
         * @description What happened, to which wave, and how long it took; roles, never names.
         */
        get: operations["getTimeline"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/hosts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the fleet by host id
         * @description Parts of at most `limit`, by id.
         */
        get: operations["listHosts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/hosts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a host: what it runs, how it is, and when it was last heard
         * @description What it should run, runs and has confirmed; its health, drift, and when it was last heard.
         */
        get: operations["getHost"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/hosts/{id}/drain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take a host out of service: no rollout takes it, and it counts as unavailable
         * @description No rollout takes it, and it counts as unavailable. What is in flight on it goes on. Drained already: nothing happens.
         */
        post: operations["drainHost"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/hosts/{id}/undrain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take a drained host back: it gets what it has missed
         * @description It takes part again, and catches up with what it has missed. Not drained: nothing happens.
         */
        post: operations["undrainHost"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/hosts/{id}/remove": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Remove a host from the fleet for good: its agent is not answered any more
         * @description For good: its id is not used again. Refused while a rollout has something undecided there.
         */
        post: operations["removeHost"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/line": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read whether the line is stopped, and which freeze window is in force
         * @description Whether rollouts may start and take hosts at all.
         */
        get: operations["getLine"];
        put?: never;
        /**
         * Stop the line, or start it again
         * @description Stopping takes less than starting: see the two calls below, which this one joins.
         */
        post: operations["setLine"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/line/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * stop the line
         * @description No rollout, emergencies included, starts or takes a further host. What is in flight goes on.
         */
        post: operations["stopLine"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/line/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * start the line
         * @description Rollouts that waited for it go on at once.
         */
        post: operations["startLine"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/pages/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a test page over one channel, or over each, to prove that it reaches somebody
         * @description Answers with what became of it over each channel. At most one a minute.
         */
        post: operations["testPages"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether this process is alive
         * @description It answers as long as the process does.
         */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether this orchestrator can work, and if not, why
         * @description Also over the state of the store and of the pagers.
         */
        get: operations["getReadiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Metrics for Prometheus
         * @description The text format of Prometheus.
         */
        get: operations["getMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The status page
         * @description A page to look at without a token. It keeps what was seen last when the store is down.
         */
        get: operations["getStatusPage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        SubmissionInput: {
            title: string;
            reason: string;
            ticket?: string;
            bundle: {
                files: {
                    [key: string]: string;
                };
            } | {
                digest: string;
            };
            /** @default {} */
            targets?: {
                datacenters?: string[];
                labels?: {
                    [key: string]: string;
                };
                hosts?: string[];
                exclude?: string[];
            };
            /** @default {} */
            strategy?: {
                /** @default {} */
                canary?: {
                    /** @default 1 */
                    hosts?: number | string | string[] | {
                        labels: {
                            [key: string]: string;
                        };
                    };
                    soak?: string;
                };
                /** @default {} */
                datacenters?: {
                    /** @default [] */
                    order?: string[];
                    /** @default 25% */
                    share?: number | string;
                    soak?: string;
                };
                /** @default {} */
                global?: {
                    soak?: string;
                };
                /** @default 20% */
                maxUnavailable?: number | string;
                /** @default 1 */
                maxUnavailablePerGroup?: number;
                /** @default 0 */
                failureThreshold?: number;
                applyDeadline?: string;
                progressDeadline?: string;
                confirmDeadline?: string;
                /**
                 * @default halt
                 * @enum {string}
                 */
                onFailure?: "halt" | "rollback";
                /**
                 * @default restart
                 * @enum {string}
                 */
                action?: "restart" | "reload";
                /** @default 2 */
                consecutiveFailures?: number;
                /** @default 1 */
                vantage?: number;
                /**
                 * @default halt
                 * @enum {string}
                 */
                unreachable?: "halt" | "skip";
                /** @default none */
                approval?: "none" | {
                    before: ("canary" | "datacenter" | "global")[];
                };
                gates?: ({
                    /** @constant */
                    kind: "prometheus";
                    name: string;
                    every?: string;
                    /** @default 0 */
                    tolerate?: number;
                    deadline?: string;
                    query: string;
                    condition: {
                        /** @enum {string} */
                        is: "<" | "<=" | ">" | ">=";
                        value: number;
                    };
                    /** @default [] */
                    before?: ("canary" | "datacenter" | "global")[];
                    /** @default [] */
                    during?: ("canary" | "datacenter" | "global")[];
                } | {
                    /** @constant */
                    kind: "comparison";
                    name: string;
                    every?: string;
                    /** @default 0 */
                    tolerate?: number;
                    deadline?: string;
                    during: ("canary" | "datacenter")[];
                    /** @default 30 */
                    minSamples?: number;
                    /** @default 0.01 */
                    significance?: number;
                    /** @default {} */
                    maxSlower?: {
                        /** @default 1.5 */
                        ratio?: number;
                        by?: string;
                    };
                    /** @default 0.02 */
                    maxMoreFailing?: number;
                })[];
            };
            checks?: {
                name: string;
                /** @enum {string} */
                type: "A" | "AAAA" | "AXFR" | "CAA" | "CNAME" | "DNSKEY" | "DS" | "MX" | "NS" | "PTR" | "SOA" | "SRV" | "TXT";
                /**
                 * @default both
                 * @enum {string}
                 */
                transport?: "udp" | "tcp" | "both";
                /**
                 * @default service
                 * @enum {string}
                 */
                at?: "service" | "loopback" | "both";
                recursionDesired?: boolean;
                /** @default 1232 */
                ednsUdpSize?: number;
                /** @default false */
                dnssecOk?: boolean;
                /** @default false */
                randomLabel?: boolean;
                expect?: {
                    /**
                     * @default NOERROR
                     * @enum {string}
                     */
                    rcode?: "NOERROR" | "FORMERR" | "SERVFAIL" | "NXDOMAIN" | "NOTIMP" | "REFUSED" | "NOTAUTH";
                    answers?: string[];
                    aa?: boolean;
                    ad?: boolean;
                    ra?: boolean;
                    tc?: boolean;
                    minSerial?: number;
                    maxLatency?: string;
                    nsid?: string;
                };
                timeout?: string;
                /** @default 3 */
                tries?: number;
            }[];
            /** @default {} */
            expect?: {
                maxHosts?: number;
                /** @default false */
                noChange?: boolean;
                /** @default [] */
                zonesRemoved?: "*" | string[];
            };
            planDigest?: string;
            /**
             * @default refuse
             * @enum {string}
             */
            whenBusy?: "refuse" | "queue";
            emergency?: {
                incident: string;
                expires?: string;
                /** @default [] */
                overtakes?: string[];
            } | null;
        };
        Plan: {
            planDigest: string;
            bundle: string;
            strategy: {
                [key: string]: unknown;
            };
            waves: {
                /** @enum {string} */
                kind: "canary" | "datacenter" | "global";
                datacenter?: string;
                hosts: string[];
                soakSeconds: number;
            }[];
            diff: {
                hosts: string[];
                from: string | null;
                known: boolean;
                files: {
                    path: string;
                    /** @enum {string} */
                    change: "added" | "removed" | "changed";
                    unified?: string;
                }[];
                truncated: boolean;
            }[];
            warnings: string[];
        };
        Rollout: {
            id: string;
            /** @enum {string} */
            state: "planned" | "awaitingApproval" | "preflighting" | "running" | "paused" | "halted" | "rollingBack" | "rolledBack" | "aborted" | "succeeded";
            /** Format: date-time */
            since: string;
            verdict: {
                /** @enum {string} */
                verdict: "pass" | "fail" | "inconclusive" | "noData" | "pending";
                code: string;
                reason: string;
                host?: string;
                wave?: string;
            };
            pausedFrom: ("planned" | "awaitingApproval" | "preflighting" | "running" | "paused" | "halted" | "rollingBack" | "rolledBack" | "aborted" | "succeeded") | null;
            title: string;
            reason: string;
            ticket: string | null;
            submittedBy: string;
            bundle: string;
            queued: boolean;
            catchUpOf: string | null;
            emergency: {
                incident: string;
                /** Format: date-time */
                expiresAt: string;
            } | null;
            /** Format: date-time */
            createdAt: string;
            detectedAt: string | null;
            haltedAt: string | null;
            pagedAt: string | null;
            strategy: {
                [key: string]: unknown;
            };
            hostsTotal: number;
            waves: {
                /** @enum {string} */
                kind: "canary" | "datacenter" | "global";
                datacenter?: string;
                /** @enum {string} */
                state: "pending" | "running" | "soaking" | "passed" | "failed" | "skipped";
                startedAt: string | null;
                soakSeconds: number;
                approvedBy: string | null;
                gates?: {
                    name: string;
                    /** @enum {string} */
                    phase: "before" | "during";
                    verdict: {
                        /** @enum {string} */
                        verdict: "pass" | "fail" | "inconclusive" | "noData" | "pending";
                        code: string;
                        reason: string;
                    };
                }[];
                hosts: {
                    id: string;
                    /** @enum {string} */
                    state: "pending" | "staging" | "ready" | "applying" | "verifying" | "soaking" | "confirmed" | "failed" | "reverting" | "reverted" | "revertFailed" | "lost" | "skipped";
                    verdict?: {
                        /** @enum {string} */
                        verdict: "pass" | "fail" | "inconclusive" | "noData" | "pending";
                        code: string;
                        reason: string;
                    };
                    /** Format: date-time */
                    since: string;
                    releasedTo?: string;
                    vantage?: {
                        host: string;
                        verdict: {
                            /** @enum {string} */
                            verdict: "pass" | "fail" | "inconclusive" | "noData" | "pending";
                            code: string;
                            reason: string;
                        };
                    }[];
                }[];
            }[];
        };
        Event: {
            seq: number;
            /** Format: date-time */
            at: string;
            type: string;
            rollout?: string;
            prev: string;
            hash: string;
        } & {
            [key: string]: unknown;
        };
        Host: {
            id: string;
            datacenter: string;
            groups: string[];
            labels: {
                [key: string]: string;
            };
            address: string;
            port: number;
            /** @enum {string} */
            availability: "healthy" | "unhealthy" | "unknown";
            health: {
                /** @enum {string} */
                verdict: "pass" | "fail" | "inconclusive" | "noData" | "pending";
                code: string;
                reason: string;
            };
            desired: string | null;
            applied: string | null;
            confirmed: string | null;
            drift: boolean;
            driftReason: string | null;
            epoch: number | null;
            daemon: {
                running: boolean;
                pid: number | null;
                restarts: number;
            } | null;
            lastSeenAt: string | null;
            rollout: string | null;
            drained: {
                by: string;
                reason: string;
                /** Format: date-time */
                since: string;
            } | null;
        };
        Line: {
            stopped: boolean;
            by: string | null;
            reason: string | null;
            since: string | null;
            frozen: {
                name: string;
                /** Format: date-time */
                until: string;
            } | null;
        };
        PageTest: {
            channels: {
                channel: string;
                accepted: boolean;
                status?: number;
                error?: string;
                ms: number;
            }[];
        };
        Timeline: {
            id: string;
            title: string;
            /** @enum {string} */
            state: "planned" | "awaitingApproval" | "preflighting" | "running" | "paused" | "halted" | "rollingBack" | "rolledBack" | "aborted" | "succeeded";
            verdict: {
                /** @enum {string} */
                verdict: "pass" | "fail" | "inconclusive" | "noData" | "pending";
                code: string;
                reason: string;
                host?: string;
                wave?: string;
            };
            summary: string;
            key: {
                what: string;
                at: string | null;
                note: string;
            }[];
            changes: {
                bundle: string;
                replaces: string | null;
                files: {
                    path: string;
                    /** @enum {string} */
                    change: "added" | "removed" | "changed";
                }[] | null;
                found: {
                    hosts: number;
                    differs: string;
                }[];
            };
            decided: {
                rule: ("preflightFails" | "canaryFails" | "hostFails" | "cannotTell" | "turnsUnhealthy" | "staysUnwell" | "silent" | "overdue" | "vantageFails" | "vantageUnreachable" | "vantageSilent" | "drifts" | "gateFails" | "gateUnclear" | "neverHome" | "canaryGone" | "waveLate" | "expires") | null;
                words: string;
                code: string;
                reason: string;
            } | null;
            served: {
                spells: {
                    host: string;
                    wave: string;
                    from: string | null;
                    until: string | null;
                    ms: number | null;
                    /** @enum {string} */
                    known: "over" | "still" | "unknown";
                }[];
                hosts: number;
                knownMs: number;
                unknown: number;
                derivedFrom: string;
                notKnown: string[];
            };
            gaps: {
                /** Format: date-time */
                from: string;
                until: string | null;
                host: string | null;
                why: string;
            }[];
            detectedAt: string | null;
            haltedAt: string | null;
            pagedAt: string | null;
            detectedToHaltedMs: number | null;
            haltedToPagedMs: number | null;
            waves: {
                wave: string;
                /** @enum {string} */
                state: "pending" | "running" | "soaking" | "passed" | "failed" | "skipped";
                startedAt: string | null;
                endedAt: string | null;
                durationMs: number | null;
                hosts: number;
            }[];
            entries: {
                /** Format: date-time */
                at: string;
                sinceStartMs: number;
                text: string;
            }[];
        };
        Problem: {
            type: string;
            title: string;
            status: number;
            code: string;
            detail: string;
            action: string;
            faults: {
                path: string;
                code: string;
                message: string;
            }[];
            requestId: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    storeBundle: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "files": {
                 *         "all/named.conf.tmpl": "options {\n  directory \"{{host.stateDir}}\";\n  listen-on port {{host.port}} { {{host.address}}; };\n  listen-on-v6 { none; };\n  recursion no;\n  allow-query { any; };\n};\nzone \"example.com\" { type primary; file \"{{host.root}}/zones/example.com.zone\"; };\n",
                 *         "all/zones/example.com.zone": "$TTL 300\n@    SOA ns1 hostmaster 2 3600 600 604800 60\n     NS  ns1\nns1  A   192.0.2.1\nwww  A   192.0.2.81\n"
                 *       }
                 *     }
                 */
                "application/json": {
                    files: {
                        [key: string]: string;
                    };
                };
            };
        };
        responses: {
            /** @description Stored. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        digest: string;
                        manifest: {
                            /** @enum {number} */
                            version: 1;
                            files: {
                                path: string;
                                sha256: string;
                                size: number;
                            }[];
                        };
                    };
                };
            };
            /** @description `malformed_json`: The body is not valid JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: The token is missing or unknown */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: Your role does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `bundle_content_invalid`: A file of the bundle is not text; `bundle_empty`: The bundle has no files; `bundle_path_invalid`: A path in the bundle is not allowed; `bundle_too_large`: The bundle is too large; `invalid_value`: A value is not what this field takes; `several_faults`: The request has several faults; `unknown_field`: A field is unknown */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something failed that should not */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `safe_mode`: The store is not to be believed: it has lost something, or is another one; `store_unavailable`: The store does not answer; `witness_failed`: It holds, but its record on the disk of this orchestrator failed */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getBundle: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example f579a70000000000000000000000000000000000000000000000000000000000 */
                digest: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done, or found. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        digest: string;
                        manifest: {
                            /** @enum {number} */
                            version: 1;
                            files: {
                                path: string;
                                sha256: string;
                                size: number;
                            }[];
                        };
                        files: {
                            [key: string]: string;
                        };
                    };
                };
            };
            /** @description `unauthenticated`: The token is missing or unknown */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: Your role does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `bundle_unknown`: No bundle has this digest; `not_found`: There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_value`: A value is not what this field takes; `several_faults`: The request has several faults; `unknown_field`: A field is unknown */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something failed that should not */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`: The store does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    planRollout: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "title": "Move www.example.com",
                 *       "reason": "The web server has a new address",
                 *       "ticket": "NET-1234",
                 *       "bundle": {
                 *         "files": {
                 *           "all/named.conf.tmpl": "options {\n  directory \"{{host.stateDir}}\";\n  listen-on port {{host.port}} { {{host.address}}; };\n  listen-on-v6 { none; };\n  recursion no;\n  allow-query { any; };\n};\nzone \"example.com\" { type primary; file \"{{host.root}}/zones/example.com.zone\"; };\n",
                 *           "all/zones/example.com.zone": "$TTL 300\n@    SOA ns1 hostmaster 2 3600 600 604800 60\n     NS  ns1\nns1  A   192.0.2.1\nwww  A   192.0.2.81\n"
                 *         }
                 *       },
                 *       "targets": {
                 *         "datacenters": [
                 *           "ams",
                 *           "fra"
                 *         ]
                 *       },
                 *       "strategy": {
                 *         "canary": {
                 *           "hosts": 1,
                 *           "soak": "30s"
                 *         },
                 *         "approval": {
                 *           "before": [
                 *             "canary"
                 *           ]
                 *         }
                 *       },
                 *       "checks": [
                 *         {
                 *           "name": "www.example.com",
                 *           "type": "A",
                 *           "expect": {
                 *             "answers": [
                 *               "192.0.2.81"
                 *             ]
                 *           }
                 *         }
                 *       ],
                 *       "expect": {
                 *         "maxHosts": 40,
                 *         "zonesRemoved": [
                 *           "example.net",
                 *           "2.0.192.in-addr.arpa"
                 *         ]
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["SubmissionInput"];
            };
        };
        responses: {
            /** @description Done, or found. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Plan"];
                };
            };
            /** @description `malformed_json`: The body is not valid JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: The token is missing or unknown */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: Your role does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `bundle_unknown`: No bundle has this digest; `not_found`: There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `plan_changed`: The fleet no longer gives the plan you looked at; `rollout_overlap`: A host is already in another rollout */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `bundle_content_invalid`: A file of the bundle is not text; `bundle_empty`: The bundle has no files; `bundle_path_invalid`: A path in the bundle is not allowed; `bundle_too_large`: The bundle is too large; `canary_matches_nothing`: No targeted host can be the canary; `duration_invalid`: A duration is not valid; `gate_unavailable`: A gate can never be measured here; `host_drained`: A host that is named is drained; `invalid_value`: A value is not what this field takes; `last_healthy_host`: The plan would take the last healthy host; `more_hosts_than_expected`: The plan has more hosts than expected; `several_faults`: The request has several faults; `strategy_beyond_limits`: The strategy goes beyond what this fleet allows; `strategy_unsafe`: The strategy contradicts itself; `target_unknown`: The targets name something that does not exist; `targets_match_nothing`: The targets match no host; `unknown_field`: A field is unknown */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something failed that should not */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `safe_mode`: The store is not to be believed: it has lost something, or is another one; `store_unavailable`: The store does not answer; `witness_failed`: It holds, but its record on the disk of this orchestrator failed */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listRollouts: {
        parameters: {
            query?: {
                limit?: number;
                after?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done, or found. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Rollout"][];
                        next: string | null;
                    };
                };
            };
            /** @description `unauthenticated`: The token is missing or unknown */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: Your role does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_value`: A value is not what this field takes; `several_faults`: The request has several faults; `unknown_field`: A field is unknown */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something failed that should not */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`: The store does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    submitRollout: {
        parameters: {
            query?: never;
            header?: {
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "title": "Move www.example.com",
                 *       "reason": "The web server has a new address",
                 *       "ticket": "NET-1234",
                 *       "bundle": {
                 *         "files": {
                 *           "all/named.conf.tmpl": "options {\n  directory \"{{host.stateDir}}\";\n  listen-on port {{host.port}} { {{host.address}}; };\n  listen-on-v6 { none; };\n  recursion no;\n  allow-query { any; };\n};\nzone \"example.com\" { type primary; file \"{{host.root}}/zones/example.com.zone\"; };\n",
                 *           "all/zones/example.com.zone": "$TTL 300\n@    SOA ns1 hostmaster 2 3600 600 604800 60\n     NS  ns1\nns1  A   192.0.2.1\nwww  A   192.0.2.81\n"
                 *         }
                 *       },
                 *       "targets": {
                 *         "datacenters": [
                 *           "ams",
                 *           "fra"
                 *         ]
                 *       },
                 *       "strategy": {
                 *         "canary": {
                 *           "hosts": 1,
                 *           "soak": "30s"
                 *         },
                 *         "approval": {
                 *           "before": [
                 *             "canary"
                 *           ]
                 *         }
                 *       },
                 *       "checks": [
                 *         {
                 *           "name": "www.example.com",
                 *           "type": "A",
                 *           "expect": {
                 *             "answers": [
                 *               "192.0.2.81"
                 *             ]
                 *           }
                 *         }
                 *       ],
                 *       "expect": {
                 *         "maxHosts": 40,
                 *         "zonesRemoved": [
                 *           "example.net",
                 *           "2.0.192.in-addr.arpa"
                 *         ]
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["SubmissionInput"];
            };
        };
        responses: {
            /** @description Stored. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rollout"];
                };
            };
            /** @description `malformed_json`: The body is not valid JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: The token is missing or unknown */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: Your role does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `bundle_unknown`: No bundle has this digest; `not_found`: There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: Somebody else changed this at the same moment; `idempotency_conflict`: This Idempotency-Key was used for another request; `line_stopped`: The line is stopped; `plan_changed`: The fleet no longer gives the plan you looked at; `rollout_overlap`: A host is already in another rollout */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `bundle_content_invalid`: A file of the bundle is not text; `bundle_empty`: The bundle has no files; `bundle_path_invalid`: A path in the bundle is not allowed; `bundle_too_large`: The bundle is too large; `canary_matches_nothing`: No targeted host can be the canary; `duration_invalid`: A duration is not valid; `gate_unavailable`: A gate can never be measured here; `host_drained`: A host that is named is drained; `invalid_value`: A value is not what this field takes; `last_healthy_host`: The plan would take the last healthy host; `more_hosts_than_expected`: The plan has more hosts than expected; `several_faults`: The request has several faults; `strategy_beyond_limits`: The strategy goes beyond what this fleet allows; `strategy_unsafe`: The strategy contradicts itself; `target_unknown`: The targets name something that does not exist; `targets_match_nothing`: The targets match no host; `unknown_field`: A field is unknown */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something failed that should not */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `safe_mode`: The store is not to be believed: it has lost something, or is another one; `store_unavailable`: The store does not answer; `store_unsafe`: Redis could lose acknowledged writes; `witness_failed`: It holds, but its record on the disk of this orchestrator failed */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getRollout: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example r-1 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done, or found. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rollout"];
                };
            };
            /** @description `unauthenticated`: The token is missing or unknown */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: Your role does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_value`: A value is not what this field takes; `several_faults`: The request has several faults; `unknown_field`: A field is unknown */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something failed that should not */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`: The store does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    approveRollout: {
        parameters: {
            query?: never;
            header?: {
                "idempotency-key"?: string;
            };
            path: {
                /** @example r-1 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "Read and understood",
                 *       "wave": "canary"
                 *     }
                 */
                "application/json": {
                    reason: string;
                    wave?: string;
                };
            };
        };
        responses: {
            /** @description Done, or found. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rollout"];
                };
            };
            /** @description `malformed_json`: The body is not valid JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: The token is missing or unknown */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: Your role does not allow this; `own_approval`: Nobody approves their own rollout */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `canary_unproven`: The canary has not proved the change, and nothing goes on without it; `conflict`: Somebody else changed this at the same moment; `emergency_expired`: The emergency has expired; `verb_not_allowed`: The rollout cannot do this in its state */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_value`: A value is not what this field takes; `several_faults`: The request has several faults; `unknown_field`: A field is unknown */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something failed that should not */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `safe_mode`: The store is not to be believed: it has lost something, or is another one; `store_unavailable`: The store does not answer; `witness_failed`: It holds, but its record on the disk of this orchestrator failed */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pauseRollout: {
        parameters: {
            query?: never;
            header?: {
                "idempotency-key"?: string;
            };
            path: {
                /** @example r-1 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "Looking at the canary first"
                 *     }
                 */
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Done, or found. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rollout"];
                };
            };
            /** @description `malformed_json`: The body is not valid JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: The token is missing or unknown */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: Your role does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: Somebody else changed this at the same moment; `emergency_expired`: The emergency has expired; `verb_not_allowed`: The rollout cannot do this in its state */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_value`: A value is not what this field takes; `several_faults`: The request has several faults; `unknown_field`: A field is unknown */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something failed that should not */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `safe_mode`: The store is not to be believed: it has lost something, or is another one; `store_unavailable`: The store does not answer; `witness_failed`: It holds, but its record on the disk of this orchestrator failed */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resumeRollout: {
        parameters: {
            query?: never;
            header?: {
                "idempotency-key"?: string;
            };
            path: {
                /** @example r-1 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "The canary is fine"
                 *     }
                 */
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Done, or found. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rollout"];
                };
            };
            /** @description `malformed_json`: The body is not valid JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: The token is missing or unknown */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: Your role does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `canary_unproven`: The canary has not proved the change, and nothing goes on without it; `conflict`: Somebody else changed this at the same moment; `emergency_expired`: The emergency has expired; `superseded`: A newer rollout has changed these hosts; `verb_not_allowed`: The rollout cannot do this in its state */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_value`: A value is not what this field takes; `several_faults`: The request has several faults; `unknown_field`: A field is unknown */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something failed that should not */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `safe_mode`: The store is not to be believed: it has lost something, or is another one; `store_unavailable`: The store does not answer; `witness_failed`: It holds, but its record on the disk of this orchestrator failed */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    abortRollout: {
        parameters: {
            query?: never;
            header?: {
                "idempotency-key"?: string;
            };
            path: {
                /** @example r-1 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "A better change will follow"
                 *     }
                 */
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Done, or found. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rollout"];
                };
            };
            /** @description `malformed_json`: The body is not valid JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: The token is missing or unknown */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: Your role does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: Somebody else changed this at the same moment; `emergency_expired`: The emergency has expired; `verb_not_allowed`: The rollout cannot do this in its state */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_value`: A value is not what this field takes; `several_faults`: The request has several faults; `unknown_field`: A field is unknown */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something failed that should not */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `safe_mode`: The store is not to be believed: it has lost something, or is another one; `store_unavailable`: The store does not answer; `witness_failed`: It holds, but its record on the disk of this orchestrator failed */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rollbackRollout: {
        parameters: {
            query?: never;
            header?: {
                "idempotency-key"?: string;
            };
            path: {
                /** @example r-1 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "The old address is still needed"
                 *     }
                 */
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Done, or found. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rollout"];
                };
            };
            /** @description `malformed_json`: The body is not valid JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: The token is missing or unknown */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: Your role does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: Somebody else changed this at the same moment; `emergency_expired`: The emergency has expired; `superseded`: A newer rollout has changed these hosts; `verb_not_allowed`: The rollout cannot do this in its state */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_value`: A value is not what this field takes; `several_faults`: The request has several faults; `unknown_field`: A field is unknown */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something failed that should not */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `safe_mode`: The store is not to be believed: it has lost something, or is another one; `store_unavailable`: The store does not answer; `witness_failed`: It holds, but its record on the disk of this orchestrator failed */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    retryRollout: {
        parameters: {
            query?: never;
            header?: {
                "idempotency-key"?: string;
            };
            path: {
                /** @example r-1 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "Its disk was full",
                 *       "host": "ns2.ams"
                 *     }
                 */
                "application/json": {
                    reason: string;
                    host: string;
                };
            };
        };
        responses: {
            /** @description Done, or found. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rollout"];
                };
            };
            /** @description `malformed_json`: The body is not valid JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: The token is missing or unknown */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: Your role does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `canary_unproven`: The canary has not proved the change, and nothing goes on without it; `conflict`: Somebody else changed this at the same moment; `emergency_expired`: The emergency has expired; `superseded`: A newer rollout has changed these hosts; `verb_not_allowed`: The rollout cannot do this in its state */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `host_drained`: A host that is named is drained; `invalid_value`: A value is not what this field takes; `several_faults`: The request has several faults; `unknown_field`: A field is unknown */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something failed that should not */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `safe_mode`: The store is not to be believed: it has lost something, or is another one; `store_unavailable`: The store does not answer; `witness_failed`: It holds, but its record on the disk of this orchestrator failed */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    skipRollout: {
        parameters: {
            query?: never;
            header?: {
                "idempotency-key"?: string;
            };
            path: {
                /** @example r-1 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "It is being repaired",
                 *       "host": "ns2.ams"
                 *     }
                 */
                "application/json": {
                    reason: string;
                    host: string;
                };
            };
        };
        responses: {
            /** @description Done, or found. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rollout"];
                };
            };
            /** @description `malformed_json`: The body is not valid JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: The token is missing or unknown */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: Your role does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: Somebody else changed this at the same moment; `emergency_expired`: The emergency has expired; `verb_not_allowed`: The rollout cannot do this in its state */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_value`: A value is not what this field takes; `several_faults`: The request has several faults; `unknown_field`: A field is unknown */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something failed that should not */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `safe_mode`: The store is not to be believed: it has lost something, or is another one; `store_unavailable`: The store does not answer; `witness_failed`: It holds, but its record on the disk of this orchestrator failed */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAudit: {
        parameters: {
            query?: {
                limit?: number;
                after?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done, or found. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Event"][];
                        next: string | null;
                    };
                };
            };
            /** @description `unauthenticated`: The token is missing or unknown */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: Your role does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_value`: A value is not what this field takes; `several_faults`: The request has several faults; `unknown_field`: A field is unknown */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something failed that should not */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`: The store does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getRolloutEvents: {
        parameters: {
            query?: {
                limit?: number;
                after?: number;
            };
            header?: {
                "last-event-id"?: number;
            };
            path: {
                /** @example r-1 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done, or found. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Event"][];
                        next: string | null;
                    };
                    "text/event-stream": string;
                };
            };
            /** @description `unauthenticated`: The token is missing or unknown */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: Your role does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_value`: A value is not what this field takes; `several_faults`: The request has several faults; `unknown_field`: A field is unknown */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something failed that should not */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`: The store does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTimeline: {
        parameters: {
            query?: {
                format?: "json" | "markdown";
            };
            header?: never;
            path: {
                /** @example r-1 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done, or found. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Timeline"];
                    "text/markdown": string;
                };
            };
            /** @description `unauthenticated`: The token is missing or unknown */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: Your role does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_value`: A value is not what this field takes; `several_faults`: The request has several faults; `unknown_field`: A field is unknown */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something failed that should not */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`: The store does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listHosts: {
        parameters: {
            query?: {
                limit?: number;
                after?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done, or found. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Host"][];
                        next: string | null;
                    };
                };
            };
            /** @description `unauthenticated`: The token is missing or unknown */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: Your role does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_value`: A value is not what this field takes; `several_faults`: The request has several faults; `unknown_field`: A field is unknown */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something failed that should not */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`: The store does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getHost: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example ns2.fra */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done, or found. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Host"];
                };
            };
            /** @description `unauthenticated`: The token is missing or unknown */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: Your role does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_value`: A value is not what this field takes; `several_faults`: The request has several faults; `unknown_field`: A field is unknown */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something failed that should not */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`: The store does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    drainHost: {
        parameters: {
            query?: never;
            header?: {
                "idempotency-key"?: string;
            };
            path: {
                /** @example ns2.fra */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "Its memory is being replaced"
                 *     }
                 */
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Done, or found. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        host: components["schemas"]["Host"] | null;
                    };
                };
            };
            /** @description `malformed_json`: The body is not valid JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: The token is missing or unknown */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: Your role does not allow this; `host_removed`: The host was removed from the fleet */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: Somebody else changed this at the same moment; `host_in_use`: The host has a change that is not decided yet */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_value`: A value is not what this field takes; `several_faults`: The request has several faults; `unknown_field`: A field is unknown */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something failed that should not */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `safe_mode`: The store is not to be believed: it has lost something, or is another one; `store_unavailable`: The store does not answer; `witness_failed`: It holds, but its record on the disk of this orchestrator failed */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    undrainHost: {
        parameters: {
            query?: never;
            header?: {
                "idempotency-key"?: string;
            };
            path: {
                /** @example ns2.fra */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "It is back"
                 *     }
                 */
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Done, or found. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        host: components["schemas"]["Host"] | null;
                    };
                };
            };
            /** @description `malformed_json`: The body is not valid JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: The token is missing or unknown */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: Your role does not allow this; `host_removed`: The host was removed from the fleet */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: Somebody else changed this at the same moment; `host_in_use`: The host has a change that is not decided yet */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_value`: A value is not what this field takes; `several_faults`: The request has several faults; `unknown_field`: A field is unknown */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something failed that should not */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `safe_mode`: The store is not to be believed: it has lost something, or is another one; `store_unavailable`: The store does not answer; `witness_failed`: It holds, but its record on the disk of this orchestrator failed */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeHost: {
        parameters: {
            query?: never;
            header?: {
                "idempotency-key"?: string;
            };
            path: {
                /** @example ns2.fra */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "It was returned to its owner"
                 *     }
                 */
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Done, or found. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        host: components["schemas"]["Host"] | null;
                    };
                };
            };
            /** @description `malformed_json`: The body is not valid JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: The token is missing or unknown */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: Your role does not allow this; `host_removed`: The host was removed from the fleet */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: Somebody else changed this at the same moment; `host_in_use`: The host has a change that is not decided yet */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_value`: A value is not what this field takes; `several_faults`: The request has several faults; `unknown_field`: A field is unknown */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something failed that should not */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `safe_mode`: The store is not to be believed: it has lost something, or is another one; `store_unavailable`: The store does not answer; `witness_failed`: It holds, but its record on the disk of this orchestrator failed */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getLine: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done, or found. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Line"];
                };
            };
            /** @description `unauthenticated`: The token is missing or unknown */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: Your role does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_value`: A value is not what this field takes; `several_faults`: The request has several faults; `unknown_field`: A field is unknown */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something failed that should not */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store_unavailable`: The store does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setLine: {
        parameters: {
            query?: never;
            header?: {
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "stopped": true,
                 *       "reason": "Something is wrong that nobody understands yet"
                 *     }
                 */
                "application/json": {
                    stopped: boolean;
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Done, or found. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Line"];
                };
            };
            /** @description `malformed_json`: The body is not valid JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: The token is missing or unknown */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: Your role does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: Somebody else changed this at the same moment */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_value`: A value is not what this field takes; `several_faults`: The request has several faults; `unknown_field`: A field is unknown */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something failed that should not */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `safe_mode`: The store is not to be believed: it has lost something, or is another one; `store_unavailable`: The store does not answer; `witness_failed`: It holds, but its record on the disk of this orchestrator failed */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stopLine: {
        parameters: {
            query?: never;
            header?: {
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "Something is wrong that nobody understands yet"
                 *     }
                 */
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Done, or found. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Line"];
                };
            };
            /** @description `malformed_json`: The body is not valid JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: The token is missing or unknown */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: Your role does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: Somebody else changed this at the same moment */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_value`: A value is not what this field takes; `several_faults`: The request has several faults; `unknown_field`: A field is unknown */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something failed that should not */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `safe_mode`: The store is not to be believed: it has lost something, or is another one; `store_unavailable`: The store does not answer; `witness_failed`: It holds, but its record on the disk of this orchestrator failed */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    startLine: {
        parameters: {
            query?: never;
            header?: {
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "It was the monitoring"
                 *     }
                 */
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Done, or found. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Line"];
                };
            };
            /** @description `malformed_json`: The body is not valid JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: The token is missing or unknown */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: Your role does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: Somebody else changed this at the same moment */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_value`: A value is not what this field takes; `several_faults`: The request has several faults; `unknown_field`: A field is unknown */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something failed that should not */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `safe_mode`: The store is not to be believed: it has lost something, or is another one; `store_unavailable`: The store does not answer; `witness_failed`: It holds, but its record on the disk of this orchestrator failed */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    testPages: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "The duty phone is new"
                 *     }
                 */
                "application/json": {
                    channel?: string;
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Done, or found. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageTest"];
                };
            };
            /** @description `malformed_json`: The body is not valid JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: The token is missing or unknown */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: Your role does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body_too_large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The body is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_value`: A value is not what this field takes; `several_faults`: The request has several faults; `unknown_field`: A field is unknown */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_soon`: This was done a moment ago */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something failed that should not */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `safe_mode`: The store is not to be believed: it has lost something, or is another one; `store_unavailable`: The store does not answer; `witness_failed`: It holds, but its record on the disk of this orchestrator failed */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done, or found. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "alive";
                    };
                };
            };
            /** @description `internal`: Something failed that should not */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getReadiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done, or found. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        ready: boolean;
                        reasons: string[];
                    };
                };
            };
            /** @description `internal`: Something failed that should not */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It cannot, and why. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        ready: boolean;
                        reasons: string[];
                    };
                };
            };
        };
    };
    getMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done, or found. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description `internal`: Something failed that should not */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getStatusPage: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done, or found. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description `internal`: Something failed that should not */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
