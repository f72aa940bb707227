#include "node/log/record_format.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "node/base/visible_text.h"

namespace node {
namespace {

constexpr int64_t kMicrosecondsPerSecond = 1'000'000;

std::string SecondsText(core::Duration span) {
  const auto us = static_cast<__int128>(span.us);
  const auto magnitude = static_cast<uint64_t>(us < 0 ? -us : us);
  std::string text =
      absl::StrFormat("%s%d.%06d", us < 0 ? "-" : "", magnitude / kMicrosecondsPerSecond,
                      magnitude % kMicrosecondsPerSecond);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::string_view Cut(std::string_view text, bool& cut) {
  cut = text.size() > kValueBytesMax;
  return text.substr(0, kValueBytesMax);
}

bool IsBareWord(std::string_view text) {
  constexpr std::string_view kBare =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:/@+-";
  return !text.empty() && text.find_first_not_of(kBare) == std::string_view::npos;
}

void AppendString(std::string_view value, LogFormat format, std::string& line) {
  bool cut = false;
  const std::string_view kept = Cut(value, cut);
  if (format == LogFormat::kText && !cut && IsBareWord(kept)) {
    line += kept;
    return;
  }
  line += '"';
  if (format == LogFormat::kJson) {
    AppendJsonEscaped(kept, line);
  } else {
    AppendVisible(kept, line);
  }
  line += cut ? "...\"" : "\"";
}

struct ValueWriter {
  LogFormat format;
  std::string& line;

  void operator()(int64_t value) const { absl::StrAppend(&line, value); }

  void operator()(uint64_t value) const { absl::StrAppend(&line, value); }

  void operator()(bool value) const { line += value ? "true" : "false"; }

  void operator()(core::Duration value) const { line += SecondsText(value); }

  void operator()(const std::string& value) const { AppendString(value, format, line); }
};

void AppendField(std::string_view key, const LogValue& value, LogFormat format, std::string& line) {
  if (format == LogFormat::kJson) {
    line += ",\"";
    line += key;
    line += "\":";
  } else {
    line += ' ';
    line += key;
    line += '=';
  }
  std::visit(ValueWriter{format, line}, value);
}

std::string Head(const LogRecord& record, LogFormat format) {
  std::string line;
  const std::string time = FormatUtc(record.time);
  const std::string level(TextOf(record.level));
  if (format == LogFormat::kJson) {
    absl::StrAppend(&line, "{\"time\":\"", time, "\",\"level\":\"", level, "\",\"message\":\"");
    line += record.message;
    line += '"';
  } else {
    absl::StrAppendFormat(&line, "%s %-7s ", time, level);
    line += record.message;
  }
  return line;
}

}  // namespace

std::string_view TextOf(LogLevel level) {
  constexpr std::string_view kTexts[] = {"debug", "info", "warning", "error"};
  return kTexts[static_cast<size_t>(level)];
}

std::string FormatRecord(const LogRecord& record, LogFormat format) {
  std::string line = Head(record, format);
  for (const LogField& field : record.fields.first(std::min(record.fields.size(), kFieldsMax))) {
    AppendField(field.key, field.value, format, line);
  }
  if (record.suppressed > 0) AppendField("suppressed", record.suppressed, format, line);
  line += format == LogFormat::kJson ? "}\n" : "\n";
  return line;
}

}  // namespace node
