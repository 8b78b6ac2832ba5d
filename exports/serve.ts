/** The function, as a program. */
export { serve } from '../functions/serve.ts';
