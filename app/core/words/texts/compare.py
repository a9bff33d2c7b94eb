"""What is said on the Compare page."""

# ruff: noqa: E501 - a line a sentence
# fmt: off

from __future__ import annotations

from app.core.words.texts import translate

TEXTS = {
    "compare.chat_template_could_not_written": translate("Sentences", "The chat template could not be written."),
    "compare.context_full_answer_ends": translate("Sentences", "The context is full: the answer ends here."),
    "compare.drop_oldest_turns_go_choose": translate("Sentences", "Drop the oldest turns and go on, or choose a larger context in the settings."),
    "compare.edit_earlier_message": translate("Sentences", "you edit an earlier message"),
    "compare.engine_not_compiled_yet_then": translate("Sentences", "The engine is not compiled yet; then panes load when they are asked."),
    "compare.go_back_earlier": translate("Sentences", "you go back to an earlier one"),
    "compare.long_can_sent_shorten_ask": translate("Sentences", "{what} is {size_bytes} long, and {max_prompt_bytes} can be sent: shorten it, or ask about a part of it."),
    "compare.needs_about_can_used_pc": translate("Sentences", "It needs about {needed_bytes}, and {room_bytes} can be used on this PC now. Choose a smaller context or a more shrunken version, or load it all the same."),
    "compare.no_older_turn_left_drop": translate("Sentences", "No older turn is left to drop: the prompt alone is too long for this context."),
    "compare.only_last_answer_pane_can": translate("Sentences", "Only the last answer of a pane can be written anew."),
    "compare.open_model_file_first": translate("Sentences", "Open a model file first."),
    "compare.pane_still_work_wait_stop": translate("Sentences", "Pane {letter} is still at work: wait or stop it."),
    "compare.processor_engine_computes_wrongly_file": translate("Sentences", "On this processor the engine computes {names} wrongly, which this file holds."),
    "compare.processor_engine_does_not_survive": translate("Sentences", "On this processor the engine does not survive {names}, which this file holds."),
    "compare.repair_engine_reload_try": translate("Sentences", "Repair the engine, or reload to try it as it is."),
    "compare.setting_behind_sign_missing": translate("Sentences", "Behind the # of “{word}” stands no setting."),
    "compare.setting_kv_one_type": translate("Sentences", "kv={value}: keys and values have one type here; write kv={keys} or kv={values}."),
    "compare.setting_not_number": translate("Sentences", "{key}={value}: {key} is a number from {least} to {most}."),
    "compare.setting_not_number_or": translate("Sentences", "{key}={value}: {key} is a number from {least} to {most} or {other}."),
    "compare.setting_not_one_of": translate("Sentences", "{key}={value}: {key} is one of {allowed}."),
    "compare.setting_set_twice": translate("Sentences", "“{key}” is set twice in “{settings}”."),
    "compare.setting_unknown": translate("Sentences", "“{key}” is no setting; there are {known}."),
    "compare.shorten_prompt_drop_oldest_turns": translate("Sentences", "Shorten the prompt, drop the oldest turns, or choose a larger context."),
    "compare.six_panes_open_already_close": translate("Sentences", "Six panes are open already: close one first."),
    "compare.stop_answers_progress_before": translate("Sentences", "Stop the answers in progress before {before}."),
    "compare.stop_answers_progress_before_delete": translate("Sentences", "Stop the answers in progress before you delete this chat."),
    "compare.stop_answers_progress_before_leave": translate("Sentences", "Stop the answers in progress before you leave this chat."),
    "compare.stop_answers_progress_before_take": translate("Sentences", "Stop the answers in progress before you take files from elsewhere."),
    "compare.stop_pane_before_change_how": translate("Sentences", "Stop this pane before you change how its model is loaded."),
    "compare.system_prompt": translate("Sentences", "The system prompt"),
    "compare.this_message": translate("Sentences", "This message"),
    "compare.together_need_about_can_used": translate("Sentences", "These {count} together need about {wanted}, and {room_bytes} can be used on this PC now. Ask one after another instead: that takes only as much as the largest."),
    "compare.together_takes_files_most": translate("Sentences", "All at once takes {max_candidates} files at most."),
    "compare.told_context": translate("Sentences", "{n} tokens of context"),
    "compare.told_flash_off": translate("Sentences", "flash attention off"),
    "compare.told_flash_on": translate("Sentences", "flash attention on"),
    "compare.told_gpu_layers": translate("Sentences", "{n} layers on the GPU"),
    "compare.told_template": translate("Sentences", "template {id}"),
    "compare.told_adapters": translate("Sentences", "adapter {names}"),
    "compare.setting_adapter_missing": translate("Sentences", "lora= wants the path of an adapter, and its strength behind a * where it is not 1: lora=style.gguf*0.5."),
    "compare.setting_adapter_strength": translate("Sentences", "lora={value}: the strength must lie between −{most} and {most}."),
    "compare.setting_adapters_many": translate("Sentences", "No more than {most} adapters can be used at once."),
    "compare.told_threads": translate("Sentences", "{n} threads"),
    "compare.told_threads.one": translate("Sentences", "{n} thread"),
    "compare.wait_answers_progress_stop_them": translate("Sentences", "Wait for the answers in progress, or stop them, then ask again."),
    "compare.wait_answers_progress_stop_them_2": translate("Sentences", "Wait for the answers in progress, or stop them, then load it."),
    "compare.write_something_ask_first": translate("Sentences", "Write something to ask first."),
}
