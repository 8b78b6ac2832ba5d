import modules from './.dependency-cruiser.mjs';

/**
 * Folders as units, apart from the rules of modules since a test, which is beside what it tests, may import what is built on that.
 * @type {import('dependency-cruiser').IConfiguration}
 */
export default {
  forbidden: [
    {
      name: 'no-cycles-between-folders',
      comment: 'A cycle has no direction, whichever of its files it goes through.',
      severity: 'error',
      scope: 'folder',
      from: {},
      to: { circular: true },
    },
  ],
  options: { ...modules.options, exclude: { path: `${modules.options.exclude.path}|^node_modules|\\.test\\.ts$` } },
};
