import { generateCommand } from 'golden-path-platform/package';
import { project } from '../project.ts';

await generateCommand(project);
