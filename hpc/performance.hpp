// Where a run's time goes: a row for each pass over the population and for what lies between, with households and bytes a second beside
// the speed of memory, how even the threads of all ranks were, and what ranks exchanged. Costs two looks at the clock a task of a
// thread and an exchange; changes no figure. One thread a rank calls it.
#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "engine/core/exchange.hpp"
#include "engine/run/passes.hpp"
#include "engine/run/results.hpp"

namespace puente {

class Performance : public PassWatch {
 public:
  /// Both must outlive it.
  Performance(Exchange& exchange, Team& team);
  ~Performance() override;
  /// What is to be used in the places of both, so that it is measured.
  Exchange& exchange();
  Team& team();

  void part(const std::string& name) override;
  void walked(std::int64_t households, std::int64_t bytes) override;

  /// Ends the part at hand. The table for people; the same numbers go to `provenance` as performance.PART.WHAT. Collective.
  std::string report(Provenance& provenance);

 private:
  class MeasuredExchange;
  class MeasuredTeam;
  using Clock = std::chrono::steady_clock;

  /// Of one rank.
  struct Part {
    std::string name;
    double times = 0, seconds = 0, households = 0, bytes = 0;
    double exchanges = 0, exchanged = 0, exchange_seconds = 0;
    std::vector<double> busy;  ///< seconds of each thread
  };
  /// Of all ranks.
  struct Row {
    std::string name;
    double times, seconds, households, bytes, imbalance, exchanges, exchanged, exchange_seconds;
  };
  void end_part();
  std::vector<Row> rows();
  static void record(const Row& row, double memory, Provenance& provenance);
  static std::string table(const std::vector<Row>& rows, double memory);

  Exchange& of_ranks_;
  std::unique_ptr<MeasuredExchange> exchange_;
  std::unique_ptr<MeasuredTeam> team_;
  std::vector<Part> parts_;
  std::size_t current_ = 0;
  Clock::time_point since_;
};

}  // namespace puente
