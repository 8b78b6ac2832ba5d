import { deployCommand } from 'golden-path-platform/package';
import { project } from '../project.ts';

await deployCommand(project);
