import * as z from 'zod';

/** What the status of a claim that is a server has. `what` names it, such as `database`. */
export const endpointStatus = (what: string) =>
  z.object({
    host: z.string().optional().describe(`Host name of the ${what}.`),
    port: z.int().optional().describe(`Port of the ${what}.`),
    finalSnapshot: z
      .string()
      .optional()
      .describe(`Name of the snapshot that is taken when the ${what} goes, where its backend takes one and the claim wants it.`),
  });

/** Where it is, for its binding. */
export const endpoint = {
  host: z.string().min(1).describe('Host name.'),
  port: z
    .string()
    .regex(/^[0-9]+$/)
    .describe('Port.'),
};

/** What `kubectl get` shows of it. */
export const endpointColumns = [
  { name: 'VERSION', type: 'string', path: '.status.settings.version' },
  { name: 'SIZE', type: 'string', path: '.status.settings.size' },
  { name: 'HOST', type: 'string', path: '.status.host' },
] as const;
