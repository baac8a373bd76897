import{createRequire as __cr}from'node:module';import{fileURLToPath as __fp}from'node:url';const require=__cr(import.meta.url),__filename=__fp(import.meta.url),__dirname=__fp(new URL('.',import.meta.url));
import{describeEvent}from"./chunk-ZFFSFYWA.js";import"./chunk-HVMNESKN.js";import"./chunk-WCG7AS7B.js";import"./chunk-NKL4CTBL.js";export{describeEvent};
