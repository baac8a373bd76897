import{createRequire as __cr}from'node:module';import{fileURLToPath as __fp}from'node:url';const require=__cr(import.meta.url),__filename=__fp(import.meta.url),__dirname=__fp(new URL('.',import.meta.url));
import{verifyDir}from"./chunk-A5PQ2V6E.js";import"./chunk-GWHPQTUP.js";import"./chunk-AK3RUBPP.js";import"./chunk-N62UWK6D.js";import"./chunk-NKL4CTBL.js";export{verifyDir};
