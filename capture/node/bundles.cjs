'use strict';
module.exports = { changedBundle: () => undefined };
