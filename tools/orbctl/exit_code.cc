#include "tools/orbctl/exit_code.h"

#include <iostream>
#include <string>

#include "node/base/visible_text.h"

namespace orbctl {

ExitCode Complain(ExitCode code, std::string_view text) {
  std::cerr << "orbctl: " << text << '\n';
  return code;
}

ExitCode Complain(const core::Status& status) {
  const ExitCode code = absl::IsUnavailable(status)       ? ExitCode::kUnreachable
                        : absl::IsInvalidArgument(status) ? ExitCode::kUsage
                                                          : ExitCode::kInternal;
  std::string text(core::MessageOf(status));
  if (code == ExitCode::kUnreachable) {
    text += "\nIs orbnode running? --config, --socket or --tcp say where.";
  }
  return Complain(code, text);
}

ExitCode Refused(const Json& error) {
  std::string text;
  node::AppendUnquoted(error.value("code", "unknown") + ": " + error.value("message", ""), text);
  return Complain(ExitCode::kRefused, text);
}

}  // namespace orbctl
