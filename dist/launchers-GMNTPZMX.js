import{createRequire as __cr}from'node:module';import{fileURLToPath as __fp}from'node:url';const require=__cr(import.meta.url),__filename=__fp(import.meta.url),__dirname=__fp(new URL('.',import.meta.url));
import{findLauncher}from"./chunk-R2T74STD.js";import"./chunk-GNVCI7JW.js";import"./chunk-N62UWK6D.js";import"./chunk-NKL4CTBL.js";export{findLauncher};
