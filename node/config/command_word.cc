#include "node/config/command_word.h"

#include <string_view>
#include <vector>

#include "node/base/visible_text.h"
#include "node/config/option_value.h"

namespace node {

std::string ExplainCommandLine(const CLI::App* app, const CLI::Error& error) {
  const bool no_command =
      error.get_exit_code() == static_cast<int>(CLI::ExitCodes::RequiredError) &&
      app->get_subcommands().empty();
  if (!no_command) return CLI::FailureMessage::simple(app, error);
  std::vector<std::string> names;
  for (const CLI::App* command : app->get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  const std::vector<std::string_view> known(names.begin(), names.end());
  const std::vector<std::string> rest = app->remaining();
  const std::string word = rest.empty() ? "" : rest.front();
  const std::string found = rest.empty() ? "none" : Quoted(word);
  return app->get_name() + ": command: " + FoundText(found, QuotedList(known), word, known) + '\n';
}

}  // namespace node
