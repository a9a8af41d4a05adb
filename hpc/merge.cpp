#include <cstdio>

#include "engine/core/error.hpp"
#include "engine/run/merge.hpp"
#include "hpc/commands.hpp"
#include "io/hdf5/results_file.hpp"
#include "io/report/report.hpp"

namespace puente {

int merge_command(const MergeCommand& command) {
  std::vector<Part> parts;
  std::string from;
  for (const std::string& file : command.parts) {
    if (file == command.output) throw Error(ExitCode::usage, file + " is both a part and what is to be written");
    parts.push_back({file, io::read_results(file)});
    from += (from.empty() ? "" : "\n") + file;
    if (const auto line = parts.back().results.provenance.find("command_line"); line != parts.back().results.provenance.end()) from += ": " + std::get<std::string>(line->second);
  }
  Results merged = merge(std::move(parts));
  merged.provenance["command_line"] = command.command_line;
  merged.provenance["merged_from"] = from;
  io::write_results(merged, command.output);
  if (command.json) std::fputs(io::scenarios_json(merged).c_str(), stdout);
  else if (!command.quiet) std::fputs(io::screen_table(merged).c_str(), stdout);
  return 0;
}

}  // namespace puente
