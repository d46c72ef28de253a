/** What an operator may do; who may do what is in adapters/http/roles.ts. */
export const ROLES = ['viewer', 'responder', 'submitter', 'approver', 'admin'] as const;
export type Role = (typeof ROLES)[number];
