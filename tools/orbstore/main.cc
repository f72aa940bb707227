// orbstore: checks and copies a node's store, also while the node runs. docs/storage.md, section 6.
//
//   orbstore check FILE         reads every page and row
//   orbstore backup FILE COPY   a checked, consistent copy under a name that is free
//
// Exit codes: 0 sound, 1 usage, 2 damaged, 3 not possible (no such file, no room, not a store).
#include <exception>
#include <iostream>
#include <string>

#include <CLI/CLI.hpp>

#include "node/storage/store_check.h"

namespace {

int Report(const std::string& file, const core::StatusOr<node::StoreReport>& report) {
  if (!report.ok()) {
    std::cerr << "orbstore: " << core::MessageOf(report.status()) << '\n';
    return absl::IsDataLoss(report.status()) ? 2 : 3;
  }
  std::cout << file << ": sound, " << report->rows << " rows, " << report->value_bytes
            << " bytes of values, " << report->pages << " pages, schema " << report->schema << '\n';
  return 0;
}

int Run(int argc, char** argv) {
  CLI::App app("Checks and copies a node's store.");
  app.require_subcommand(1);
  std::string file;
  std::string copy;
  CLI::App* check = app.add_subcommand("check", "Read every page and every row");
  check->add_option("FILE", file, "The store")->required();
  CLI::App* backup = app.add_subcommand("backup", "Write a checked, consistent copy");
  backup->add_option("FILE", file, "The store")->required();
  backup->add_option("COPY", copy, "A name that is free")->required();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 1;
  }
  if (check->parsed()) return Report(file, node::CheckStore(file));
  return Report(copy, node::BackUpStore(file, copy));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return Run(argc, argv);
  } catch (const std::exception& error) {  // Libraries throw, for example when memory is short.
    std::cerr << "orbstore: " << error.what() << '\n';
    return 3;
  }
}
