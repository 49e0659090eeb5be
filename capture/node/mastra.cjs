'use strict';
module.exports = { hook() {} };
