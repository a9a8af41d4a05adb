#include "bench/reference_turns.hpp"

#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "engine/core/error.hpp"

namespace puente::bench {

namespace {

template <class T>
void write_column(const T* values, std::size_t n, const std::string& path) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(values), static_cast<std::streamsize>(n * sizeof(T)));
  file.close();
  if (!file) throw Error(ExitCode::cannot_create, path + " cannot be written");
}

nlohmann::json as_json(const Figures& f) {
  return {{"persons", f.persons}, {"mean", f.mean}, {"fgt", f.fgt}, {"gini", f.gini}, {"share", f.decile_share}, {"limit", f.decile_limit},
          {"gini_error", f.gini_error_bound}, {"share_error", f.share_error_bound}, {"limit_error", f.limit_error_bound}};
}

}  // namespace

void write_columns(const HandColumns& columns, const std::string& folder) {
  write_column(columns.income, columns.n, folder + "/income.f32");
  write_column(columns.weight, columns.n, folder + "/weight.f32");
  write_column(columns.land, columns.n, folder + "/land.f32");
  write_column(columns.rural, columns.n, folder + "/rural.u8");
  write_column(columns.kids, columns.n, folder + "/kids.i8");
}

void serve_turns(std::vector<Contender>& contenders) {
  nlohmann::json ready = nlohmann::json::array();
  for (const Contender& contender : contenders) ready.push_back({{"contender", contender.what}, {"kind", contender.kind}, {"threads", contender.threads}});
  std::cout << nlohmann::json{{"ready", ready}}.dump() << std::endl;
  std::size_t number = 0;
  while (std::cin >> number) {
    if (number >= contenders.size()) throw bad_input("there is no contender " + std::to_string(number));
    contenders[number].turn(true);
    std::cout << nlohmann::json{{"seconds", contenders[number].seconds.back()}, {"figures", as_json(contenders[number].figures)}}.dump() << std::endl;
  }
}

}  // namespace puente::bench
