'use strict';
module.exports = { watchModules() {} };
