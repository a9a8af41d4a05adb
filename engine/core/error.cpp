#include "engine/core/error.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <tuple>

namespace puente {

bool Diagnostics::has_errors() const {
  return std::any_of(all_.begin(), all_.end(),
                     [](const Diagnostic& d) { return d.severity == Diagnostic::Severity::error; });
}

namespace {

const char* severity_name(Diagnostic::Severity severity) {
  switch (severity) {
    case Diagnostic::Severity::note: return "note";
    case Diagnostic::Severity::warning: return "warning";
    case Diagnostic::Severity::error: break;
  }
  return "error";
}

/// The caret stands under the column counted in characters, so UTF-8 continuation bytes take no room and tabs stay tabs.
std::string caret_line(const std::string& excerpt, int column) {
  std::string pad;
  const auto bytes = std::min<std::size_t>(static_cast<std::size_t>(column - 1), excerpt.size());
  for (std::size_t i = 0; i < bytes; ++i) {
    const auto byte = static_cast<unsigned char>(excerpt[i]);
    if (byte == '\t') pad += '\t';
    else if ((byte & 0xC0U) != 0x80U) pad += ' ';
  }
  return pad + "^";
}

std::string one(const Diagnostic& d) {
  std::string text = d.place.file;
  if (d.place.line > 0) text.append(":").append(std::to_string(d.place.line));
  if (d.place.column > 0) text.append(":").append(std::to_string(d.place.column));
  if (!text.empty()) text.append(": ");
  text.append(severity_name(d.severity)).append(": ").append(d.message).append("\n");
  if (d.excerpt.empty()) return text;
  text.append("  ").append(d.excerpt).append("\n");
  if (d.place.column > 0) text.append("  ").append(caret_line(d.excerpt, d.place.column)).append("\n");
  return text;
}

}  // namespace

std::string Diagnostics::text() const {
  std::vector<const Diagnostic*> order;
  for (const auto& d : all_) order.push_back(&d);
  std::stable_sort(order.begin(), order.end(), [](const Diagnostic* a, const Diagnostic* b) {
    return std::tie(a->place.file, a->place.line, a->place.column) <
           std::tie(b->place.file, b->place.line, b->place.column);
  });
  std::string text, last;
  for (const Diagnostic* d : order) {
    std::string next = one(*d);  // scenarios that share an expression share its mistakes: told once
    if (next != last) text.append(next);
    last = std::move(next);
  }
  return text;
}

void Diagnostics::throw_if_errors() const {
  if (has_errors()) throw bad_input(text());
}

std::string nearest(std::string_view name, const std::vector<std::string>& candidates) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, name.size() / 3) + 1;
  for (const auto& candidate : candidates) {
    std::vector<std::size_t> row(candidate.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= name.size(); ++i) {
      std::size_t diagonal = row[0];
      row[0] = i;
      for (std::size_t j = 1; j <= candidate.size(); ++j) {
        const std::size_t substitute = diagonal + (name[i - 1] == candidate[j - 1] ? 0 : 1);
        diagonal = row[j];
        row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitute});
      }
    }
    if (row.back() < best_distance) {
      best_distance = row.back();
      best = candidate;
    }
  }
  return best;
}

std::string shortest(double x) {
  char text[40];
  return {text, std::to_chars(text, text + sizeof text, x).ptr};
}

void fail_expectation(const char* what, const char* file, int line) {
  throw Error(ExitCode::internal, std::string("this is a bug in Puente: ") + what + " (" + file + ":" +
                                      std::to_string(line) + "); please report it");
}

}  // namespace puente
