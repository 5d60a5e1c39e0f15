"""Lists the keys of TRL's configuration classes, for ComingFromTrlTest.

usage: python trl_keys.py > ../../examples/src/test/resources/org/align4j/examples/trl-1.16.0-keys.txt
(needs requirements.txt beside this file). A line is "Class: key key ..." and has the keys that the class itself
declares. Of transformers.TrainingArguments and peft.LoraConfig it has those that are commonly set.
"""
import dataclasses
import importlib
import pkgutil
import warnings

import transformers
import trl
from peft import LoraConfig

warnings.simplefilter("ignore")
COMMON = """output_dir per_device_train_batch_size per_device_eval_batch_size num_train_epochs max_steps learning_rate
lr_scheduler_type lr_scheduler_kwargs warmup_steps optim optim_args weight_decay adam_beta1 adam_beta2 adam_epsilon
gradient_accumulation_steps max_grad_norm label_smoothing_factor bf16 fp16 tf32 gradient_checkpointing
gradient_checkpointing_kwargs torch_compile use_liger_kernel neftune_noise_alpha auto_find_batch_size logging_strategy
logging_steps logging_first_step report_to run_name disable_tqdm eval_strategy eval_steps eval_on_start eval_delay
eval_accumulation_steps save_strategy save_steps save_total_limit save_only_model load_best_model_at_end
metric_for_best_model greater_is_better push_to_hub hub_model_id hub_strategy hub_token resume_from_checkpoint seed
data_seed full_determinism dataloader_drop_last dataloader_num_workers remove_unused_columns train_sampling_strategy
use_cpu fsdp fsdp_config deepspeed""".split()
PEFT = """r lora_alpha target_modules lora_dropout bias use_rslora modules_to_save layers_to_transform rank_pattern
alpha_pattern init_lora_weights use_dora target_parameters""".split()


def names(cls):
    return [field.name for field in dataclasses.fields(cls)]


def write(name, keys):
    print(f"{name}: {' '.join(keys)}")


def configurations():
    modules = [trl]
    experimental = importlib.import_module("trl.experimental")
    for info in pkgutil.walk_packages(experimental.__path__, "trl.experimental."):
        try:
            modules.append(importlib.import_module(info.name))
        except ImportError:
            pass  # an optional dependency of an environment, without a configuration
    for module in modules:
        for name in dir(module):
            value = getattr(module, name)
            if isinstance(value, type) and dataclasses.is_dataclass(value) and name.endswith("Config"):
                yield name, value


if __name__ == "__main__":
    missing = [key for key in COMMON if key not in names(transformers.TrainingArguments)]
    missing += [key for key in PEFT if key not in names(LoraConfig)]
    assert not missing, missing
    write("TrainingArguments", COMMON)
    write("LoraConfig", PEFT)
    found = {}
    for name, cls in configurations():
        if cls.__module__.startswith("trl.") and not name.startswith("_") and name != "DatasetMixtureConfig":
            parent = [key for base in cls.__mro__[1:] if dataclasses.is_dataclass(base) for key in names(base)]
            found[name] = found.get(name) or [key for key in names(cls) if key not in parent]
    for name in sorted(found):
        write(name, found[name])
