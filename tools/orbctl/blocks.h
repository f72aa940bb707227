// orbctl put, get, rev, delete and transact: one call about blocks, and its end as text and exit code.
//
// A put or delete without --base asks for the latest revision first; who is overtaken in between hears "stale". A write
// whose node goes away, or whose --timeout comes, is in doubt: nobody here knows more.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "tools/orbctl/client.h"
#include "tools/orbctl/exit_code.h"

namespace orbctl {

// What was typed.
struct BlockLine {
  std::string block;
  std::optional<std::string> value;
  std::string file;    // Of the content to be written, or of the writes; "-": standard input.
  std::string output;  // For the content that was read; empty: standard output.
  std::optional<int64_t> base;
  std::optional<int64_t> revision;
  std::string timeout;
};

// The subcommands. REQUIRES: line outlives app.
void DescribeBlocks(CLI::App& app, BlockLine& line);

[[nodiscard]] bool IsBlockCommand(const CLI::App& app);
// REQUIRES: IsBlockCommand. Mistakes that need no node are found before one is asked.
[[nodiscard]] ExitCode RunBlockCommand(const CLI::App& app, const BlockLine& line, bool json,
                                       const Place& place);

}  // namespace orbctl
