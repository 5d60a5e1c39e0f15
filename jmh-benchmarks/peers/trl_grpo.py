"""Peer timing: a round of TRL's GRPOTrainer with a PEFT LoRA adapter (r=16, all linear layers) on CPU, float32.

usage: trl_grpo.py MODEL_DIR PROMPTS_TXT_OR_JSONL STEPS [TOKENS]
8 prompts x 8 completions of TOKENS (64) tokens, none ending early, KL to the reference; prints one JSON line.
The update takes 16 completions at a time: all 64 at once need more than 21 GB.
Needs torch, transformers, trl, peft, datasets. THREADS=n sets the threads.
"""
import json, os, statistics, sys, tempfile, time

import torch
from datasets import Dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback
from trl import GRPOConfig, GRPOTrainer

torch.set_num_threads(int(os.environ.get("THREADS", os.cpu_count())))
model, prompts, steps = sys.argv[1], sys.argv[2], int(sys.argv[3])
tokens = int(sys.argv[4]) if len(sys.argv) > 4 else 64
lines = [line.rstrip("\n") for line in open(prompts) if line.strip()]
texts = [json.loads(line)["prompt"] for line in lines] if prompts.endswith(".jsonl") else lines
data = Dataset.from_list([{"prompt": [{"role": "user", "content": text}]} for text in texts])


class Clock(TrainerCallback):
    times = []

    def on_step_begin(self, *args, **kwargs):
        self.start = time.perf_counter()

    def on_step_end(self, *args, **kwargs):
        self.times.append(time.perf_counter() - self.start)


def length(completions, **kwargs):
    return [float(len(completion[0]["content"])) for completion in completions]


clock = Clock()
arguments = GRPOConfig(
    output_dir=tempfile.mkdtemp(), per_device_train_batch_size=16, gradient_accumulation_steps=4, num_generations=8, max_completion_length=tokens,
    max_steps=steps, learning_rate=1e-6, beta=0.04, temperature=1.0, loss_type="dapo", report_to=[], logging_steps=1,
    save_strategy="no", bf16=False, use_cpu=True, gradient_checkpointing=False, disable_tqdm=True, shuffle_dataset=False,
    lr_scheduler_type="constant", seed=0, generation_kwargs={"min_new_tokens": tokens})
lora = LoraConfig(r=16, lora_alpha=32, task_type="CAUSAL_LM",
                  target_modules=["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"])
net = AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32)
trainer = GRPOTrainer(model=net, reward_funcs=length, args=arguments, train_dataset=data,
                      processing_class=AutoTokenizer.from_pretrained(model), peft_config=lora, callbacks=[clock])
trainer.train()
print(json.dumps({"peer": "trl", "seconds_per_step": statistics.median(clock.times), "all": clock.times}))
