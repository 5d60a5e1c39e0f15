"""Makes parity fixtures with the peers: tiny random models, their log-probs, and first steps of TRL's trainers.

usage: python make_fixtures.py OUT_DIR [--seed N]     (needs requirements.txt beside this file; a minute on a CPU)

Layout: models/<name>/ (Hugging Face folders with expected.json), objectives/<name>.json, pairs.jsonl,
quants.json (ggml blocks and their expansion). Read by `align4j parity OUT_DIR` and by the tests.
"""
import argparse
import base64
import json
import os
import tempfile

import numpy
import torch
from datasets import Dataset
from gguf import GGMLQuantizationType, quants
from peft import LoraConfig, PeftModel, get_peft_model
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
from trl import DPOConfig, DPOTrainer, SFTConfig, SFTTrainer

TEMPLATE = (
    "{% for m in messages %}{{'<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>' + '\n'}}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
PAIRS = [
    ("name a river in the north?", "The Ouse, my friend – it is long.", "I do not know 3 rivers, sorry!"),
    ("count the geese: 12 or 21?", "There are 12 geese.", "geese geese geese? (perhaps) naïve and slow"),
    ("who bakes the bread?", "A baker does, every morning, before the town wakes up.", "Nobody."),
    ("is the café open?", "Yes!", "It opens at nine and closes at noon; x+y=z."),
]
SIZES = dict(vocab_size=320, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
             num_key_value_heads=2, max_position_embeddings=256, pad_token_id=0, bos_token_id=1, eos_token_id=2)
LORA_TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
DPO_CASES = {
    "dpo-sigmoid": {},
    "dpo-ipo-beta0.5": {"loss_type": ["ipo"], "beta": 0.5},
    "dpo-robust": {"loss_type": ["robust"], "label_smoothing": 0.2},
    "dpo-aot": {"loss_type": ["aot"]},
    "dpo-mix": {"loss_type": ["sigmoid", "sft"], "loss_weights": [0.7, 0.3]},
    "dpo-js": {"f_divergence_type": "js_divergence"},
    "dpo-wpo": {"use_weighting": True},
    "dpo-ld": {"ld_alpha": 0.3},
}


def tokenizer():
    words = [text for pair in PAIRS for text in pair] * 4
    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    trainer = trainers.BpeTrainer(vocab_size=320, special_tokens=special,
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    raw.train_from_iterator(words, trainer)
    fast = PreTrainedTokenizerFast(tokenizer_object=raw, pad_token="<|endoftext|>", bos_token="<|im_start|>",
                                   eos_token="<|im_end|>")
    fast.chat_template = TEMPLATE
    return fast


def model(seed, tied=True, rope=None, scale=1.0):
    torch.manual_seed(seed)
    config = LlamaConfig(**SIZES, tie_word_embeddings=tied, rope_parameters=rope or {"rope_type": "default", "rope_theta": 10000.0})
    net = LlamaForCausalLM(config).float()
    for parameter in net.parameters():
        if parameter.dim() > 1:
            torch.nn.init.normal_(parameter, std=0.15 * scale)
    return net


def dialogue(tok, pair, side):
    turns = [{"role": "user", "content": pair[0]}, {"role": "assistant", "content": pair[side]}]
    return tok(tok.apply_chat_template(turns, tokenize=False), add_special_tokens=False)["input_ids"]


def expected(net, tok):
    sequences = []
    with torch.no_grad():
        for pair in PAIRS[:2]:
            ids = dialogue(tok, pair, 1)
            logits = net(torch.tensor([ids])).logits[0]
            logps = logits.log_softmax(-1)[:-1].gather(1, torch.tensor(ids[1:])[:, None])[:, 0]
            sequences.append({"input_ids": ids, "token_logps": logps.tolist(), "last_logits": logits[-1].tolist()})
    return sequences


def save_model(out, name, net, tok, with_expected=True):
    folder = os.path.join(out, "models", name)
    net.save_pretrained(folder)
    tok.save_pretrained(folder)
    if with_expected:
        prompt = tok.apply_chat_template([{"role": "user", "content": PAIRS[0][0]}], add_generation_prompt=True,
                                         tokenize=False)
        ids = tok(prompt, add_special_tokens=False)["input_ids"]
        with torch.no_grad():
            full = net.generate(torch.tensor([ids]), max_new_tokens=12, do_sample=False, eos_token_id=None, pad_token_id=0)
        greedy = {"prompt_ids": ids, "completion_ids": full[0, len(ids):].tolist()}
        write(folder, "expected.json", {"sequences": expected(net, tok), "greedy": greedy})


def write(folder, name, value):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        json.dump(value, file)


def gradients(net):
    out = {}
    for name, parameter in net.named_parameters():
        if parameter.grad is not None:
            grad = parameter.grad.double()
            out[name] = {"norm": grad.norm().item(), "sum": grad.sum().item(), "first": grad.flatten()[:4].tolist()}
    return out


def first_step(trainer, config, out, name):
    batch = next(iter(trainer.get_train_dataloader()))
    trainer.model.train()
    trainer.model.zero_grad()
    loss = trainer.compute_loss(trainer.model, batch)
    loss.backward()
    grads = gradients(trainer.model)
    metrics = {key: values[-1] for key, values in trainer._metrics["train"].items()}
    norm = sum(g["norm"] ** 2 for g in grads.values()) ** 0.5
    write(os.path.join(out, "objectives"), name + ".json",
          {"name": name, "config": config, "loss": loss.item(), "grad_norm": norm, "metrics": metrics, "gradients": grads})


def common(extra):
    return dict(output_dir=tempfile.mkdtemp(), per_device_train_batch_size=len(PAIRS), report_to=[], bf16=False,
                use_cpu=True, gradient_checkpointing=False, train_sampling_strategy="sequential", **extra)


def chat(text, role):
    return [{"role": role, "content": text}]


def objectives(out, tok):
    rows = [{"prompt": chat(p, "user"), "chosen": chat(c, "assistant"), "rejected": chat(r, "assistant")} for p, c, r in PAIRS]
    base = os.path.join(out, "models")
    load = lambda name: AutoModelForCausalLM.from_pretrained(os.path.join(base, name), dtype=torch.float32)
    for name, extra in DPO_CASES.items():
        config = {"trainer": "dpo", "rows": len(PAIRS), "policy": "policy", "reference": "llama", "beta": 0.1, **extra}
        args = DPOConfig(**common({"beta": 0.1, **extra}))
        trainer = DPOTrainer(model=load("policy"), ref_model=load("llama"), args=args, train_dataset=Dataset.from_list(rows),
                             processing_class=tok)
        first_step(trainer, config, out, name)
    demos = [{"prompt": row["prompt"], "completion": row["chosen"]} for row in rows]
    for loss_type in ["nll", "dft"]:
        config = {"trainer": "sft", "rows": len(PAIRS), "policy": "policy", "loss_type": loss_type, "completion": "chosen"}
        args = SFTConfig(**common({"loss_type": loss_type}))
        trainer = SFTTrainer(model=load("policy"), args=args, train_dataset=Dataset.from_list(demos), processing_class=tok)
        first_step(trainer, config, out, "sft-" + loss_type)


def adapter(out, tok, net, seed):
    torch.manual_seed(seed)
    peft = get_peft_model(net, LoraConfig(r=4, lora_alpha=8, target_modules=LORA_TARGETS, task_type="CAUSAL_LM"))
    for name, parameter in peft.named_parameters():
        if "lora_" in name:
            torch.nn.init.normal_(parameter, std=0.1)
    folder = os.path.join(out, "models", "adapter")
    peft.eval().save_pretrained(folder)
    readme = os.path.join(folder, "README.md")
    if os.path.exists(readme):
        os.remove(readme)
    write(folder, "expected.json", {"base": "policy", "sequences": expected(peft, tok)})


def quant_blocks(out, seed):
    rng = numpy.random.default_rng(seed)
    cases = []
    for kind in ["Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K", "Q5_K", "Q6_K"]:
        type_ = GGMLQuantizationType[kind]
        elements, size = quants.GGML_QUANT_SIZES[type_]
        raw = rng.integers(0, 256, size=2 * size, dtype=numpy.uint8)
        scale = numpy.array([0.05, 0.02], dtype=numpy.float16).view(numpy.uint8)
        for block in range(2):
            at = block * size
            if kind == "Q6_K":
                raw[at + size - 2: at + size] = scale[:2]
            else:
                raw[at: at + 2] = scale[:2]
                if kind in ("Q4_1", "Q5_1", "Q4_K", "Q5_K"):
                    raw[at + 2: at + 4] = scale[2:]
        values = quants.dequantize(raw.reshape(1, -1), type_).flatten()
        cases.append({"type": kind, "bytes": base64.b64encode(raw.tobytes()).decode(), "values": [float(v) for v in values]})
    write(out, "quants.json", cases)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--seed", type=int, default=20)
    options = parser.parse_args()
    out, seed = options.out, options.seed
    tok = tokenizer()
    os.makedirs(out, exist_ok=True)
    with open(os.path.join(out, "pairs.jsonl"), "w", encoding="utf-8") as file:
        for p, c, r in PAIRS:
            file.write(json.dumps({"prompt": p, "chosen": c, "rejected": r}, ensure_ascii=False) + "\n")
    save_model(out, "llama", model(seed), tok)
    policy = model(seed + 1)
    save_model(out, "policy", policy, tok, with_expected=False)
    rope = {"rope_type": "llama3", "rope_theta": 50000.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
            "original_max_position_embeddings": 32}
    save_model(out, "llama3-rope", model(seed + 2, tied=False, rope=rope), tok)
    objectives(out, tok)
    adapter(out, tok, policy, seed + 3)
    quant_blocks(out, seed)


main()
