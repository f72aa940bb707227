// export: a run as files for other tools.
#include <memory>

#include "sim/command_line/command.h"
#include "sim/command_line/shared_options.h"

namespace sim {

Command AddExport(CLI::App& program) {
  CLI::App* app = program.add_subcommand(
      "export", "a run as files for Wireshark, Perfetto, graph tools and pandas, from its capsule");
  auto options = std::make_shared<ExportOptions>();
  app->add_option("file", options->capsule, "capsule.json of a run")->required();
  app->add_option("--pcapng", options->pcapng, "frames as a capture for Wireshark");
  app->add_option("--perfetto", options->perfetto, "a trace for ui.perfetto.dev");
  app->add_option("--graphml", options->graphml, "the overlay at the end, as GraphML");
  app->add_option("--dot", options->dot, "the overlay at the end, for Graphviz");
  app->add_option("--csv", options->csv, "tables for pandas, into this folder");
  app->add_option("--until", options->until, "stop earlier, for example 90s");
  app->add_option("--peer", options->peers, "only what concerns this peer; may be repeated")
      ->allow_extra_args(false);
  app->add_flag("--force", options->force, "may replace files that are there");
  AddThreads(*app, options->threads);
  return {app, [options](Console& console) { return Export(*options, console); }};
}

}  // namespace sim
