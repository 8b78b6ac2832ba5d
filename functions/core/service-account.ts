import * as z from 'zod';

/** The name of a ServiceAccount of the claim's namespace. */
export const serviceAccountName = z
  .string()
  .min(1)
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/);
