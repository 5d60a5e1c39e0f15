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
from transformers import (AutoModelForCausalLM, AutoModelForSequenceClassification, LlamaConfig, LlamaForCausalLM,
                          LlamaForSequenceClassification, PreTrainedTokenizerFast)
from trl import (DPOConfig, DPOTrainer, GRPOConfig, GRPOTrainer, KTOConfig, KTOTrainer, RewardConfig, RewardTrainer,
                 SFTConfig, SFTTrainer)
from trl.experimental.cpo import CPOConfig, CPOTrainer
from trl.experimental.orpo import ORPOConfig, ORPOTrainer
from trl.trainer.distillation_trainer import _chunked_divergence_loss

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

CPO_CASES = {
    "cpo-sigmoid": {"loss_type": "sigmoid"},
    "cpo-simpo-alpha": {"loss_type": "simpo", "simpo_gamma": 0.7, "alpha": 0.2, "cpo_alpha": 0.5, "label_smoothing": 0.1},
}
GRPO_CASES = {
    "grpo-dapo": {"loss_type": "dapo", "epsilon_high": 0.3},
    "grpo-cispo": {"loss_type": "cispo", "epsilon_high": 4.0},
    "gspo": {"loss_type": "grpo", "importance_sampling_level": "sequence", "epsilon": 0.05},
    "grpo-warm": {"loss_type": "sapo", "temperature": 1.3},
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


def plain(extra):
    """The same for trainers that are not asked for an order of their data."""
    arguments = common(extra)
    arguments.pop("train_sampling_strategy")
    return arguments


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


def without_metrics(trainer, config, out, name):
    """For trainers that keep their metrics elsewhere: loss and gradients only."""
    trainer._metrics = {"train": {}}
    first_step(trainer, config, out, name)


def reference_free(out, tok, rows, load):
    texts = [{key: tok.apply_chat_template(row["prompt"] + (row[key] if key != "prompt" else []), tokenize=False,
                                           add_generation_prompt=key == "prompt") for key in row} for row in rows]
    flat = [{"prompt": t["prompt"], "chosen": t["chosen"][len(t["prompt"]):], "rejected": t["rejected"][len(t["prompt"]):]}
            for t in texts]
    for name, extra in CPO_CASES.items():
        config = {"trainer": "cpo", "rows": len(rows), "policy": "policy", "beta": 0.2, **extra}
        args = CPOConfig(**plain({"beta": 0.2, **extra}))
        trainer = CPOTrainer(model=load("policy"), args=args, train_dataset=Dataset.from_list(flat), processing_class=tok)
        without_metrics(trainer, config, out, name)
    args = ORPOConfig(**plain({"beta": 0.3}))
    trainer = ORPOTrainer(model=load("policy"), args=args, train_dataset=Dataset.from_list(flat), processing_class=tok)
    without_metrics(trainer, {"trainer": "orpo", "rows": len(rows), "policy": "policy", "beta": 0.3}, out, "orpo")


def unpaired(out, tok, rows, load):
    examples = [{"prompt": row["prompt"], "completion": row["chosen" if i % 2 == 0 else "rejected"], "label": i % 2 == 0}
                for i, row in enumerate(rows)]
    for loss_type in ["kto", "apo_zero_unpaired"]:
        extra = {"loss_type": loss_type, "beta": 0.2, "desirable_weight": 1.0, "undesirable_weight": 1.5}
        config = {"trainer": "kto", "rows": len(rows), "policy": "llama", "reference": "policy", **extra}
        trainer = KTOTrainer(model=load("llama"), ref_model=load("policy"), args=KTOConfig(**common(extra)),
                             train_dataset=Dataset.from_list(examples), processing_class=tok)
        first_step(trainer, config, out, "kto-" + loss_type)


def reward(out, tok, rows, seed):
    torch.manual_seed(seed)
    config = LlamaConfig(**SIZES, tie_word_embeddings=True, rope_parameters={"rope_type": "default", "rope_theta": 10000.0},
                         num_labels=1)
    net = LlamaForSequenceClassification(config).float()
    for parameter in net.parameters():
        if parameter.dim() > 1:
            torch.nn.init.normal_(parameter, std=0.15)
    folder = os.path.join(out, "models", "reward")
    net.save_pretrained(folder)
    tok.save_pretrained(folder)
    load = lambda: AutoModelForSequenceClassification.from_pretrained(folder, dtype=torch.float32)
    scores = {}
    with torch.no_grad():
        for side, at in (("chosen", 1), ("rejected", 2)):
            scores[side] = [net.eval()(torch.tensor([dialogue(tok, pair, at)])).logits.item() for pair in PAIRS]
    extra = {"center_rewards_coefficient": 0.05}
    trainer = RewardTrainer(model=load(), args=RewardConfig(**common(extra)), train_dataset=Dataset.from_list(rows),
                            processing_class=tok)
    first_step(trainer, {"trainer": "reward", "rows": len(rows), "model": "reward", **extra}, out, "reward-centered")
    path = os.path.join(out, "objectives", "reward-centered.json")
    with open(path, encoding="utf-8") as file:
        case = json.load(file)
    write(os.path.join(out, "objectives"), "reward-centered.json", {**case, "scores": scores})


def rollouts(out, tok, load, seed):
    """Sampled-looking completions for GRPO and distillation; each prompt stands twice."""
    torch.manual_seed(seed)
    batch = {"prompt_ids": [], "completion_ids": [], "advantages": [1.2, -0.8, 0.4, -0.5], "old_logps": [], "ref_logps": []}
    for pair in PAIRS[:2]:
        prompt = tok(tok.apply_chat_template(chat(pair[0], "user"), tokenize=False, add_generation_prompt=True),
                     add_special_tokens=False)["input_ids"]
        for side in (1, 2):
            batch["prompt_ids"].append(prompt)
            batch["completion_ids"].append(dialogue(tok, pair, side)[len(prompt):])
    policy, reference = load("policy"), load("llama")
    for prompt, completion in zip(batch["prompt_ids"], batch["completion_ids"]):
        for net, key, noise in ((policy, "old_logps", 0.3), (reference, "ref_logps", 0.0)):
            with torch.no_grad():
                logits = net(torch.tensor([prompt + completion])).logits[0, len(prompt) - 1:-1]
            logps = logits.log_softmax(-1).gather(1, torch.tensor(completion)[:, None])[:, 0]
            batch[key].append((logps + noise * torch.randn_like(logps)).clamp(max=-1e-3).tolist())
    write(os.path.join(out, "objectives"), "grpo_batch.json", batch)
    return batch


def padded(rows, left, value=0.0):
    width = max(len(row) for row in rows)
    return torch.tensor([[value] * (width - len(row)) + row if left else row + [value] * (width - len(row)) for row in rows])


def grpo(out, tok, load, batch):
    ones = lambda rows: [[1] * len(row) for row in rows]
    inputs = {"prompt_ids": padded(batch["prompt_ids"], True, 0), "prompt_mask": padded(ones(batch["prompt_ids"]), True, 0),
              "completion_ids": padded(batch["completion_ids"], False, 0),
              "completion_mask": padded(ones(batch["completion_ids"]), False, 0),
              "advantages": torch.tensor(batch["advantages"]), "old_per_token_logps": padded(batch["old_logps"], False),
              "ref_per_token_logps": padded(batch["ref_logps"], False),
              "num_items_in_batch": torch.tensor(sum(map(len, batch["completion_ids"])))}
    for name, extra in GRPO_CASES.items():
        config = {"beta": 0.05, "epsilon": 0.2, "max_completion_length": 64, "num_generations": 2, "generation_batch_size": 4,
                  "temperature": 1.0, **extra}
        args = GRPOConfig(**{**plain(config), "per_device_train_batch_size": 4})
        trainer = GRPOTrainer(model=load("policy"), reward_funcs=lambda completions, **_: [0.0] * len(completions), args=args,
                              train_dataset=Dataset.from_list([{"prompt": "a"}] * 4), processing_class=tok)
        trainer.current_gradient_accumulation_steps = 1
        trainer.model.train()
        trainer.model.zero_grad()
        loss = trainer._compute_loss(trainer.model, inputs)
        loss.backward()
        record(out, name, {"trainer": "grpo", "batch": "grpo_batch.json", "policy": "policy", **config}, loss, trainer)


def record(out, name, config, loss, trainer, metrics=True):
    grads = gradients(trainer.model if metrics else trainer)
    kept = {key: values[-1] for key, values in trainer._metrics["train"].items()} if metrics else {}
    norm = sum(g["norm"] ** 2 for g in grads.values()) ** 0.5
    write(os.path.join(out, "objectives"), name + ".json",
          {"name": name, "config": config, "loss": loss.item(), "grad_norm": norm, "metrics": kept, "gradients": grads})


def distillation(out, load, batch):
    for beta, temperature in ((0.0, 1.0), (0.4, 1.5), (1.0, 1.0)):
        student, teacher = load("policy"), load("llama")
        student.zero_grad()
        hidden = {"student": [], "teacher": []}
        for prompt, completion in zip(batch["prompt_ids"], batch["completion_ids"]):
            ids = torch.tensor([prompt + completion])
            for key, net in (("student", student), ("teacher", teacher)):
                hidden[key].append(net.model(ids).last_hidden_state[:, len(prompt) - 1:-1])
        loss, _, _ = _chunked_divergence_loss(
            torch.cat(hidden["student"], 1), torch.cat(hidden["teacher"], 1).detach(), student.lm_head.weight,
            teacher.lm_head.weight.detach(), torch.ones(1, sum(map(len, batch["completion_ids"]))), beta,
            temperature=temperature)
        loss.backward()
        config = {"trainer": "distill", "batch": "grpo_batch.json", "policy": "policy", "teacher": "llama", "beta": beta,
                  "temperature": temperature}
        record(out, f"distill-beta{beta}", config, loss, student, metrics=False)


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
    rows = [{"prompt": chat(p, "user"), "chosen": chat(c, "assistant"), "rejected": chat(r, "assistant")} for p, c, r in PAIRS]
    load = lambda name: AutoModelForCausalLM.from_pretrained(os.path.join(out, "models", name), dtype=torch.float32)
    reference_free(out, tok, rows, load)
    unpaired(out, tok, rows, load)
    reward(out, tok, rows, seed + 4)
    batch = rollouts(out, tok, load, seed + 5)
    grpo(out, tok, load, batch)
    distillation(out, load, batch)
    adapter(out, tok, policy, seed + 3)
    quant_blocks(out, seed)


main()
