// What a program says when its command line names no command, or one that it does not have: the
// library would say "A subcommand is required" to both.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace node {

// For CLI::App::failure_message.
[[nodiscard]] std::string ExplainCommandLine(const CLI::App* app, const CLI::Error& error);

}  // namespace node
