// report: what runs and sweeps found, as a page.
#include <memory>

#include "sim/command_line/command.h"

namespace sim {

Command AddReport(CLI::App& program) {
  CLI::App* app = program.add_subcommand(
      "report", "one HTML page of a run, of several beside each other, or of a sweep");
  auto options = std::make_shared<ReportOptions>();
  app->add_option("folders", options->folders,
                  "run directories, 8 at most, or the folder of a sweep")
      ->required();
  app->add_option("--out", options->out,
                  "the page, default report.html in the folder, of several here");
  app->add_flag("--force", options->force, "may replace that file");
  return {app, [options](Console& console) { return Report(*options, console); }};
}

}  // namespace sim
