"""Peer timing: linear + log_softmax + gather + backward to the hidden states, libtorch through Python, float32 or bfloat16.

usage: torch_lm_head.py [TOKENS] [HIDDEN] [VOCABULARY] [REPEATS] [f32|bf16]
The head is frozen, as under LoRA. Prints one JSON line with milliseconds. THREADS=n sets the threads.
"""
import json, os, statistics, sys, time

import torch

torch.set_num_threads(int(os.environ.get("THREADS", os.cpu_count())))
numbers = [int(a) for a in sys.argv[1:5]]
tokens, hidden, vocabulary, repeats = numbers + [512, 576, 49152, 7][len(numbers):]
dtype = torch.bfloat16 if "bf16" in sys.argv else torch.float32
torch.manual_seed(0)
weight = torch.randn(vocabulary, hidden).to(dtype)
states = torch.randn(tokens, hidden).to(dtype).requires_grad_(True)
targets = torch.zeros(tokens, 1, dtype=torch.long)
times = []
for _ in range(repeats + 1):
    states.grad = None
    start = time.perf_counter()
    logits = torch.nn.functional.linear(states, weight).float()
    torch.log_softmax(logits, 1).gather(1, targets).sum().backward()
    times.append(1000 * (time.perf_counter() - start))
print(json.dumps({"peer": "torch", "tokens": tokens, "milliseconds": statistics.median(times[1:]), "all": times[1:]}))
