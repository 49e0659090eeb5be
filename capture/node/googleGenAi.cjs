'use strict';
Object.defineProperty(require.cache, __filename, { enumerable: false });

module.exports = { hook() {} };
