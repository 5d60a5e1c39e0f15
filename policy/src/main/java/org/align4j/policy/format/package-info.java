/** Reading and writing model files: safetensors, GGUF, PEFT adapters, Hugging Face folders. */
package org.align4j.policy.format;
