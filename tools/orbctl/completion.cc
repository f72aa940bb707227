#include "tools/orbctl/completion.h"

#include <algorithm>
#include <vector>

#include <CLI/CLI.hpp>

namespace orbctl {
namespace {

enum class Value { kNone, kFile, kWords, kOther };

struct Item {
  std::string name;  // "--json"; empty for an argument.
  std::string about;
  Value value = Value::kNone;
  std::string words;  // Separated by spaces.
  std::string placeholder;
};

struct Command {
  std::string name;
  std::string about;
  std::vector<Item> options;
  std::vector<Item> arguments;
};

// "TEXT:{a,b}" as "a b"; empty when there are no braces.
std::string WordsOf(const std::string& type) {
  const size_t start = type.rfind('{');
  if (start == std::string::npos || !type.ends_with('}')) return "";
  std::string words = type.substr(start + 1, type.size() - start - 2);
  std::replace(words.begin(), words.end(), ',', ' ');
  return words;
}

Item ItemOf(const CLI::Option& option) {
  Item item;
  if (!option.get_lnames().empty()) item.name = "--" + option.get_lnames()[0];
  item.about = option.get_description();
  item.placeholder = option.get_type_name();
  item.words = WordsOf(item.placeholder);
  const bool flag = !item.name.empty() && option.get_items_expected_max() == 0;
  item.value = flag                         ? Value::kNone
               : !item.words.empty()        ? Value::kWords
               : item.placeholder == "FILE" ? Value::kFile
                                            : Value::kOther;
  return item;
}

Command CommandOf(const CLI::App& app) {
  Command command{app.get_name(), app.get_description(), {}, {}};
  for (const CLI::Option* option : app.get_options()) {
    Item item = ItemOf(*option);
    (item.name.empty() ? command.arguments : command.options).push_back(std::move(item));
  }
  return command;
}

// Without the options of the top, which stand everywhere.
std::vector<Command> CommandsOf(const CLI::App& app, const Command& top) {
  std::vector<Command> commands;
  for (const CLI::App* one : app.get_subcommands([](const CLI::App*) { return true; })) {
    Command command = CommandOf(*one);
    std::erase_if(command.options, [&](const Item& item) {
      return std::any_of(top.options.begin(), top.options.end(),
                         [&](const Item& other) { return other.name == item.name; });
    });
    commands.push_back(std::move(command));
  }
  return commands;
}

std::string NamesOf(const std::vector<Command>& commands, const std::string& between) {
  std::string text;
  for (const Command& command : commands) text += (text.empty() ? "" : between) + command.name;
  return text;
}

std::string OptionsOf(const Command& command) {
  std::string text;
  for (const Item& item : command.options) text += (text.empty() ? "" : " ") + item.name;
  return text;
}

// The names of the options that take such a value, as a pattern of case; empty: none.
std::string Pattern(const std::vector<Command>& commands, Value value) {
  std::vector<std::string> names;
  for (const Command& command : commands) {
    for (const Item& item : command.options) {
      if (item.value == value) names.push_back(item.name);
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : "|") + name;
  return text;
}

// Without what the shells' quotes and brackets would mistake.
std::string Plain(const std::string& text) {
  std::string plain;
  for (const char c : text) {
    if (std::string_view("'\"[]:\\").find(c) == std::string_view::npos) plain += c;
  }
  return plain;
}

std::string ZshItem(const Item& item) {
  const std::string value = item.value == Value::kFile    ? ":file:_files"
                            : item.value == Value::kWords ? ":word:(" + item.words + ")"
                            : item.value == Value::kOther ? ":" + Plain(item.placeholder) + ": "
                                                          : "";
  if (item.name.empty()) return "':" + value + "'";
  return "'" + item.name + "[" + Plain(item.about) + "]" + value + "'";
}

std::string FishValue(const Item& item) {
  if (item.value == Value::kFile) return " -r -F";
  if (item.value == Value::kWords) return " -x -a '" + item.words + "'";
  return item.value == Value::kOther ? " -x" : "";
}

}  // namespace

std::string BashCompletion(const CLI::App& app) {
  const Command top = CommandOf(app);
  std::vector<Command> commands = CommandsOf(app, top);
  std::vector<Command> all = commands;
  all.push_back(top);
  const std::string files = Pattern(all, Value::kFile);
  const std::string others = Pattern(all, Value::kOther);
  std::string out =
      "# Completion of orbctl for bash: orbctl completion bash\n"
      "_orbctl() {\n"
      "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command= i\n"
      "  COMPREPLY=()\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    case ${COMP_WORDS[i]} in\n"
      "      " +
      files + "|" + others +
      ") i=$((i + 1)) ;;\n"
      "      -*) ;;\n"
      "      *) command=${COMP_WORDS[i]}; break ;;\n"
      "    esac\n"
      "  done\n"
      "  case $prev in\n"
      "    " +
      files +
      ") COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n"
      "    " +
      others +
      ") return ;;\n"
      "  esac\n"
      "  case $command in\n"
      "    '') COMPREPLY=($(compgen -W '" +
      NamesOf(commands, " ") + " " + OptionsOf(top) + "' -- \"$cur\")) ;;\n";
  for (const Command& command : commands) {
    out += "    " + command.name + ")\n";
    const Item* argument = command.arguments.empty() ? nullptr : &command.arguments[0];
    if (argument != nullptr && argument->value == Value::kFile) {
      out += "      [[ $cur == -* ]] || { COMPREPLY=($(compgen -f -- \"$cur\")); return; }\n";
    }
    const std::string words = argument == nullptr ? "" : argument->words;
    std::string offered = words;
    for (const std::string& more : {OptionsOf(command), OptionsOf(top)}) {
      if (!more.empty()) offered += (offered.empty() ? "" : " ") + more;
    }
    out += "      COMPREPLY=($(compgen -W '" + offered + "' -- \"$cur\")) ;;\n";
  }
  return out + "  esac\n}\ncomplete -o filenames -F _orbctl orbctl\n";
}

std::string ZshCompletion(const CLI::App& app) {
  const Command top = CommandOf(app);
  const std::vector<Command> commands = CommandsOf(app, top);
  std::string out =
      "#compdef orbctl\n"
      "# Completion of orbctl for zsh: orbctl completion zsh\n"
      "_orbctl() {\n"
      "  local context state state_descr line\n"
      "  typeset -A opt_args\n"
      "  _arguments -C";
  for (const Item& item : top.options) out += " \\\n    " + ZshItem(item);
  out += " \\\n    '1:command:((";
  for (const Command& command : commands) {
    out += command.name + "\\:\"" + Plain(command.about) + "\" ";
  }
  out +=
      "))' \\\n    '*::argument:->rest'\n  [[ $state == rest ]] || return\n  case $words[1] in\n";
  for (const Command& command : commands) {
    out += "    " + command.name + ") _arguments";
    for (const Item& item : command.options) out += " \\\n      " + ZshItem(item);
    for (const Item& item : command.arguments) out += " \\\n      " + ZshItem(item);
    for (const Item& item : top.options) out += " \\\n      " + ZshItem(item);
    out += " ;;\n";
  }
  return out +
         "  esac\n}\n"
         "if [[ ${funcstack[1]} == _orbctl ]]; then _orbctl \"$@\"; else compdef _orbctl orbctl; "
         "fi\n";
}

std::string FishCompletion(const CLI::App& app) {
  const Command top = CommandOf(app);
  const std::vector<Command> commands = CommandsOf(app, top);
  std::string out =
      "# Completion of orbctl for fish: orbctl completion fish\n"
      "complete -c orbctl -f\n";
  const auto add = [&out](const std::string& condition, const Item& item) {
    out += "complete -c orbctl" + condition;
    if (!item.name.empty()) {
      out += (item.name.size() == 2 ? " -s " : " -l ") + item.name.substr(2) + " -d '" +
             Plain(item.about) + "'";
    }
    out += FishValue(item) + "\n";
  };
  for (const Item& item : top.options) add("", item);
  for (const Command& command : commands) {
    out += "complete -c orbctl -n __fish_use_subcommand -a " + command.name + " -d '" +
           Plain(command.about) + "'\n";
  }
  for (const Command& command : commands) {
    const std::string condition = " -n '__fish_seen_subcommand_from " + command.name + "'";
    for (const Item& item : command.options) add(condition, item);
    for (const Item& item : command.arguments) {
      if (item.value == Value::kFile || item.value == Value::kWords) add(condition, item);
    }
  }
  return out;
}

}  // namespace orbctl
