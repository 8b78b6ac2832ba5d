/** The commands of a project. */
export { packageCommand } from '../package/build.ts';
export { deployCommand } from '../package/deploy.ts';
export { generateCommand } from '../package/generate.ts';
export type { Project } from '../package/project.ts';
