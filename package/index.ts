export { packageCommand } from './build.ts';
export { deployCommand } from './deploy.ts';
export { generateCommand } from './generate.ts';
export type { Project } from './project.ts';
