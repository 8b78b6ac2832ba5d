import { packageCommand } from 'golden-path-platform/package';
import { project } from '../project.ts';

await packageCommand(project);
