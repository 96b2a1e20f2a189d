// Sources import each other as `./x.js`, the name they have once compiled. Only where no such file exists is
// the TypeScript source meant; Jest's own `moduleNameMapper` would rewrite the imports of dependencies as well.
module.exports = (path, options) => {
  try {
    return options.defaultResolver(path, options);
  } catch (error) {
    if (!/^\.\.?\/.*\.js$/.test(path)) throw error;
    return options.defaultResolver(path.replace(/\.js$/, '.ts'), options);
  }
};
