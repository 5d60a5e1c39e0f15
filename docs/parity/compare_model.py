"""Compares align4j with transformers and PEFT on a real model, both sides run here.

usage: python compare_model.py ALIGN4J HF_DIR MODEL PROMPTS.txt [ADAPTER_DIR]

ALIGN4J is the launcher, HF_DIR a Hugging Face folder of the same weights as MODEL (which may be a GGUF file).
Prints one JSON object: largest log-prob difference, greedy texts that differ, and the same for adapter and export.
"""
import json
import os
import subprocess
import sys
import tempfile

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

NEW_TOKENS = 48
launcher, hf_dir, model, prompts_file = sys.argv[1:5]
adapter = sys.argv[5] if len(sys.argv) > 5 else None
tok = AutoTokenizer.from_pretrained(hf_dir)
net = AutoModelForCausalLM.from_pretrained(hf_dir, dtype=torch.float32).eval()
prompts = [line.strip() for line in open(prompts_file, encoding="utf-8") if line.strip()]
work = tempfile.mkdtemp()


def align4j(*arguments):
    subprocess.run([launcher, *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def chat(prompt):
    return tok.apply_chat_template([{"role": "user", "content": prompt}], add_generation_prompt=True, tokenize=False)


def peer_logps(network, sequences):
    with torch.no_grad():
        return [network(torch.tensor([ids])).logits[0].log_softmax(-1)[:-1].gather(1, torch.tensor(ids[1:])[:, None])[:, 0].tolist()
                for ids in sequences]


def our_logps(sequences, *options):
    ids, out = os.path.join(work, "ids.json"), os.path.join(work, "logps.json")
    json.dump(sequences, open(ids, "w"))
    align4j("logprobs", *options, "--ids", ids, "--out", out)
    return json.load(open(out))["token_logps"]


def worst(a, b):
    return max(abs(x - y) for p, q in zip(a, b, strict=True) for x, y in zip(p, q, strict=True))


result = {}
greedy, rows = [], os.path.join(work, "rows.jsonl")
align4j("generate", "--model", model, "--prompts", prompts_file, "--out", rows, "--max-new-tokens", str(NEW_TOKENS))
ours = [json.loads(line) for line in open(rows, encoding="utf-8")]
differing = []
for prompt, row in zip(prompts, ours, strict=True):
    ids = tok(chat(prompt), add_special_tokens=False, return_tensors="pt")
    with torch.no_grad():
        full = net.generate(**ids, max_new_tokens=NEW_TOKENS, do_sample=False, pad_token_id=tok.eos_token_id)
    text = tok.decode(full[0, ids["input_ids"].shape[1]:], skip_special_tokens=True)
    greedy.append(full[0].tolist())
    if text != row["completion"]:
        differing.append(prompt)
result["greedy_prompts"] = len(prompts)
result["greedy_differing"] = differing
base = peer_logps(net, greedy)
result["logprob_worst"] = worst(base, our_logps(greedy, "--model", model))
result["logprob_tokens"] = sum(len(row) for row in base)
if adapter:
    tuned = peer_logps(PeftModel.from_pretrained(net, adapter).eval(), greedy)
    result["adapter_worst"] = worst(tuned, our_logps(greedy, "--model", model, "--adapter", adapter))
    result["adapter_moves_logprobs_by"] = worst(tuned, base)
    merged = os.path.join(work, "merged")
    align4j("export", "--model", model, "--adapter", adapter, "--out", merged)
    exported = AutoModelForCausalLM.from_pretrained(merged, dtype=torch.float32).eval()
    result["export_worst"] = worst(tuned, peer_logps(exported, greedy))
    same = AutoTokenizer.from_pretrained(merged)
    result["export_tokenizer_equal"] = all(
        same(chat(p), add_special_tokens=False)["input_ids"] == tok(chat(p), add_special_tokens=False)["input_ids"]
        and same.apply_chat_template([{"role": "user", "content": p}], tokenize=False, add_generation_prompt=True) == chat(p)
        for p in prompts)
print(json.dumps(result))
