#include <algorithm>
#include <atomic>

#include "engine/run/passes.hpp"

namespace puente {

BlockRunner::BlockRunner(const Study& study, PopulationSource& source, const PassSettings& settings, Exchange& exchange,
                         Team& team)
    : source_(source), inputs_(study.inputs), settings_(settings), exchange_(exchange), team_(team) {
  for (int t = 0; t < team.threads(); ++t) processors_.push_back(std::make_unique<BlockProcessor>(study, settings.seed));
  for (const rules::Input& input : study.inputs)
    (input.entity == Entity::household ? bytes_of_household_ : bytes_of_person_) +=
        static_cast<std::int64_t>(bytes_of(study.schema.columns(input.entity)[static_cast<std::size_t>(input.column)].type));
}

double BlockRunner::persons() const {
  constexpr double many_a_household = 8;
  const auto own = static_cast<double>(settings_.last - settings_.first);
  const std::int64_t all = source_.persons();
  return all < 0 ? many_a_household * own : own * static_cast<double>(all) / static_cast<double>(std::max<std::int64_t>(1, source_.households()));
}

void BlockRunner::pass(const std::string& name, const std::function<void(BlockProcessor&, int)>& work) {
  if (settings_.watch != nullptr) settings_.watch->part(name);
  int code = 0;
  std::string message;
  try {
    const std::int64_t step = settings_.window_households > 0 ? settings_.window_households : settings_.last - settings_.first;
    const auto end = [&](std::int64_t first) { return std::min(settings_.last, first + step); };
    for (std::int64_t first = settings_.first; first < settings_.last; first += step) {
      source_.open_window(first, end(first), inputs_);
      if (first + step < settings_.last) source_.expect_window(first + step, end(first + step), inputs_);
      window(first, end(first), name, work);
    }
  } catch (const Error& error) {
    code = static_cast<int>(error.code());
    message = error.what();
  } catch (const std::bad_alloc&) {
    code = static_cast<int>(ExitCode::io_error);
    message = "out of memory in pass '" + name + "'; give more ranks, or a smaller --window";
  } catch (const std::exception& error) {
    code = static_cast<int>(ExitCode::internal);
    message = error.what();
  }
  exchange_.agree(code, message);
  Faults all;
  for (const auto& processor : processors_) all.merge(processor->faults());
  all.throw_together(exchange_);
  if (settings_.watch != nullptr) settings_.watch->part("after " + name);
}

void BlockRunner::window(std::int64_t first, std::int64_t last, const std::string& name,
                         const std::function<void(BlockProcessor&, int)>& work) {
  std::atomic<std::int64_t> persons = 0;
  const std::int64_t block = settings_.block_households;
  const std::int64_t blocks = (last - first + block - 1) / block;
  // Blocks in a row for a thread, so that it knows which comes next; few enough that no thread waits long for another.
  const std::int64_t row = std::clamp<std::int64_t>(blocks / (16 * team_.threads()), 1, 64);
  team_.for_each(static_cast<std::size_t>((blocks + row - 1) / row), [&](std::size_t r, int thread) {
    const std::int64_t row_begin = first + static_cast<std::int64_t>(r) * row * block;
    const std::int64_t row_end = std::min(last, row_begin + row * block);
    BlockProcessor& processor = *processors_[static_cast<std::size_t>(thread)];
    for (std::int64_t begin = row_begin; begin < row_end; begin += block) {
      const std::int64_t end = std::min(row_end, begin + block);
      processor.load(source_, begin, end, std::min(row_end, end + block));
      persons.fetch_add(static_cast<std::int64_t>(processor.rows().persons), std::memory_order_relaxed);
      work(processor, thread);
    }
    if (thread == 0 && settings_.progress)
      settings_.progress(name, static_cast<double>(row_begin - settings_.first) /
                                   static_cast<double>(std::max<std::int64_t>(1, settings_.last - settings_.first)));
  });
  if (settings_.watch != nullptr) settings_.watch->walked(last - first, (last - first) * bytes_of_household_ + persons * bytes_of_person_);
}

}  // namespace puente
