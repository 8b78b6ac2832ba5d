/** The command line of a platform. */
export { goldenpath } from '../cli/goldenpath.ts';
