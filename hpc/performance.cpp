#include "hpc/performance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "engine/core/error.hpp"
#include "hpc/triad.hpp"
#include "io/report/columns.hpp"

namespace puente {

namespace {

/// Elements of each array of the triad: 100 MB in all, beyond what caches hold.
constexpr std::size_t triad_elements = std::size_t{1} << 22;

double seconds_since(std::chrono::steady_clock::time_point start) { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); }

std::string number(double x, int decimals) { return std::isfinite(x) ? fmt::format("{:.{}f}", x, decimals) : "-"; }

/// A rate, or a dash where nothing passed.
double per(double amount, double seconds) { return amount > 0 && seconds > 0 ? amount / seconds : NAN; }

}  // namespace

class Performance::MeasuredExchange : public Exchange {
 public:
  MeasuredExchange(Exchange& of, Performance& all) : of_(of), all_(all) {}
  int rank() const override { return of_.rank(); }
  int size() const override { return of_.size(); }
  void sum(std::span<std::int64_t> values) override {
    count(static_cast<double>(values.size_bytes()), [&] { of_.sum(values); });
  }
  void max(std::span<double> values) override {
    count(static_cast<double>(values.size_bytes()), [&] { of_.max(values); });
  }
  std::vector<std::byte> gather_all(std::span<const std::byte> mine) override {
    std::vector<std::byte> all;
    count(static_cast<double>(mine.size()), [&] { all = of_.gather_all(mine); });
    return all;
  }
  std::vector<std::byte> all_to_all(const std::vector<std::vector<std::byte>>& send) override {
    double bytes = 0;
    for (std::size_t r = 0; r < send.size(); ++r)
      if (static_cast<int>(r) != rank()) bytes += static_cast<double>(send[r].size());
    std::vector<std::byte> received;
    count(bytes, [&] { received = of_.all_to_all(send); });
    return received;
  }
  void agree(int exit_code, const std::string& message) override {
    count(0, [&] { of_.agree(exit_code, message); });
  }

 private:
  /// A rank alone exchanges nothing.
  template <class Call>
  void count(double bytes, const Call& call) {
    const auto start = Clock::now();
    call();
    if (size() == 1) return;
    Part& part = all_.parts_[all_.current_];
    part.exchanges += 1;
    part.exchanged += bytes;
    part.exchange_seconds += seconds_since(start);
  }
  Exchange& of_;
  Performance& all_;
};

class Performance::MeasuredTeam : public Team {
 public:
  MeasuredTeam(Team& of, Performance& all) : of_(of), all_(all) {}
  int threads() const override { return of_.threads(); }
  void for_each(std::size_t n, const std::function<void(std::size_t, int)>& task) override {
    struct alignas(64) Busy {
      double seconds = 0;
    };
    std::vector<Busy> busy(static_cast<std::size_t>(threads()));
    of_.for_each(n, [&](std::size_t i, int thread) {
      const auto start = Clock::now();
      task(i, thread);
      busy[static_cast<std::size_t>(thread)].seconds += seconds_since(start);
    });
    Part& part = all_.parts_[all_.current_];
    part.busy.resize(busy.size());
    for (std::size_t t = 0; t < busy.size(); ++t) part.busy[t] += busy[t].seconds;
  }

 private:
  Team& of_;
  Performance& all_;
};

Performance::Performance(Exchange& exchange, Team& team)
    : of_ranks_(exchange), exchange_(std::make_unique<MeasuredExchange>(exchange, *this)), team_(std::make_unique<MeasuredTeam>(team, *this)), since_(Clock::now()) {
  parts_.emplace_back().name = "population";
  parts_[0].times = 1;
}

Performance::~Performance() = default;
Exchange& Performance::exchange() { return *exchange_; }
Team& Performance::team() { return *team_; }

void Performance::end_part() {
  const auto now = Clock::now();
  parts_[current_].seconds += std::chrono::duration<double>(now - since_).count();
  since_ = now;
}

void Performance::part(const std::string& name) {
  end_part();
  const auto found = std::find_if(parts_.begin(), parts_.end(), [&](const Part& part) { return part.name == name; });
  current_ = static_cast<std::size_t>(found - parts_.begin());
  if (found == parts_.end()) parts_.emplace_back().name = name;
  parts_[current_].times += 1;
}

void Performance::walked(std::int64_t households, std::int64_t bytes) {
  parts_[current_].households += static_cast<double>(households);
  parts_[current_].bytes += static_cast<double>(bytes);
}

/// Ranks do the same parts in the same order. The slowest rank's seconds are the part's.
std::vector<Performance::Row> Performance::rows() {
  constexpr std::size_t width = 9;
  std::vector<double> mine;
  for (const Part& part : parts_) {
    const double most = part.busy.empty() ? 0 : *std::max_element(part.busy.begin(), part.busy.end());
    const double all = std::accumulate(part.busy.begin(), part.busy.end(), 0.0);
    mine.insert(mine.end(), {part.seconds, part.households, part.bytes, part.exchanges, part.exchanged, part.exchange_seconds, most, all, static_cast<double>(part.busy.size())});
  }
  const std::vector<std::byte> bytes = of_ranks_.gather_all(std::as_bytes(std::span<const double>(mine)));
  std::vector<double> every(bytes.size() / sizeof(double));
  std::memcpy(every.data(), bytes.data(), bytes.size());
  expect(every.size() == mine.size() * static_cast<std::size_t>(of_ranks_.size()), "ranks have the same parts");
  std::vector<Row> rows;
  for (std::size_t p = 0; p < parts_.size(); ++p) {
    Row row{parts_[p].name, parts_[p].times, 0, 0, 0, NAN, parts_[p].exchanges, 0, 0};
    double most = 0, all = 0, threads = 0;
    for (std::size_t from = p * width; from < every.size(); from += mine.size()) {
      const double* of = every.data() + from;
      row.seconds = std::max(row.seconds, of[0]);
      row.households += of[1];
      row.bytes += of[2];
      row.exchanged += of[4];
      row.exchange_seconds = std::max(row.exchange_seconds, of[5]);
      most = std::max(most, of[6]);
      all += of[7];
      threads += of[8];
    }
    if (all > 0) row.imbalance = most / (all / threads);
    rows.push_back(row);
  }
  return rows;
}

void Performance::record(const Row& row, double memory, Provenance& provenance) {
  std::string name = row.name;
  std::replace(name.begin(), name.end(), ' ', '_');
  const double rate = per(row.bytes, row.seconds);
  const std::pair<const char*, double> numbers[] = {{"times", row.times}, {"seconds", row.seconds}, {"households", row.households},
                                                    {"households_per_second", per(row.households, row.seconds)}, {"bytes", row.bytes}, {"bytes_per_second", rate},
                                                    {"share_of_memory_bandwidth", rate / memory}, {"imbalance", row.imbalance}, {"exchanges", row.exchanges},
                                                    {"exchanged_bytes", row.exchanged}, {"exchange_seconds", row.exchange_seconds}};
  for (const auto& [what, x] : numbers)
    if (std::isfinite(x)) provenance["performance." + name + "." + what] = x;
}

std::string Performance::table(const std::vector<Row>& rows, double memory) {
  double total = 0;
  for (const Row& row : rows) total += row.seconds;
  std::vector<io::Cells> lines = {{"part", "times", "seconds", "%", "households", "million/s", "GB", "GB/s", "% of memory", "slowest thread/mean", "exchanges", "MB", "seconds"}};
  for (const Row& row : rows) {
    const double rate = per(row.bytes, row.seconds);
    lines.push_back({row.name, number(row.times, 0), number(row.seconds, 4), number(100 * row.seconds / total, 1), row.households > 0 ? number(row.households, 0) : "-",
                     number(per(row.households, row.seconds) / 1e6, 2), row.bytes > 0 ? number(row.bytes / 1e9, 3) : "-", number(rate / 1e9, 2), number(100 * rate / memory, 1),
                     number(row.imbalance, 2), number(row.exchanges, 0), number(row.exchanged / 1e6, 3), number(row.exchange_seconds, 4)});
  }
  return io::aligned(lines, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}) +
         fmt::format("{:.4f} seconds in all; GB are of columns as they are stored; memory moves {:.1f} GB/s here (triad, all threads of a rank)\n", total, memory / 1e9);
}

std::string Performance::report(Provenance& provenance) {
  end_part();
  const std::vector<Row> all = rows();
  const double memory = triad_bytes_per_second(team_->threads(), triad_elements);
  provenance["performance.memory_bytes_per_second"] = memory;
  for (const Row& row : all) record(row, memory, provenance);
  return table(all, memory);
}

}  // namespace puente
