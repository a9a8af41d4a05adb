#include "engine/rules/checker.hpp"

#include "engine/rules/node_checker.hpp"

namespace puente::rules {

std::string Checked::snippet(int node) const {
  const Node& n = tree[node];
  std::string shown = text->text.substr(n.begin, n.end - n.begin);
  constexpr std::size_t longest = 48;
  if (shown.size() > longest) {
    std::size_t cut = longest;
    while (cut > 0 && (static_cast<unsigned char>(shown[cut]) & 0xC0U) == 0x80U) --cut;
    shown = shown.substr(0, cut) + "…";
  }
  return "'" + shown + "'";
}

void Checker::error(const Checked& expression, std::size_t at, std::string message) const {
  report_(expression.text->error(at, std::move(message)));
}

bool Checker::bind(Checked& expression) {
  const std::size_t n = expression.tree.nodes.size();
  expression.meanings.assign(n, {});
  expression.functions.assign(n, nullptr);
  expression.facts.assign(n, {});
  for (int i = 0; i <= expression.tree.root(); ++i) {
    if (expression.tree[i].kind == NodeKind::name) bind_name(expression, i);
    if (expression.tree[i].kind == NodeKind::call) bind_call(expression, i);
  }
  bool all_known = true;
  for (const Facts& facts : expression.facts) all_known = all_known && !facts.bad;
  return all_known;
}

namespace {

std::string suggestion(const std::string& name, const std::vector<std::string>& candidates) {
  const std::string near = nearest(name, candidates);
  return near.empty() ? "" : "; did you mean '" + near + "'?";
}

std::string unknown_name(const Node& node, const Symbols& symbols) {
  if (node.qualifier && !symbols.find(node.text, {}).empty())
    return std::string("'") + node.text + "' is no column of the " + name_of(*node.qualifier) + " but " +
           Symbols::description(symbols.find(node.text, {}).front());
  if (find_function(node.text) != nullptr)
    return "'" + node.text + "' is a function: write " + std::string(find_function(node.text)->usage);
  return "there is no column, variable or parameter '" + node.text + "'" + suggestion(node.text, symbols.names());
}

std::string ambiguous_name(const Node& node, const std::vector<Meaning>& meanings) {
  std::string all;
  bool columns = true;
  for (const Meaning& meaning : meanings) {
    all += (all.empty() ? "" : " and ") + Symbols::description(meaning);
    columns = columns && meaning.kind == Meaning::Kind::column;
  }
  return "'" + node.text + "' is the name of " + all + ": " +
         (columns ? "write household." + node.text + " or person." + node.text : std::string("rename one of them"));
}

std::string wrong_count(const FunctionInfo& f, int given) {
  return std::string("'").append(f.name) + "' takes " + (f.most > 1000 ? "at least " : "") + std::to_string(f.fewest) +
         (f.fewest == 1 ? " argument" : " arguments") + ", not " + std::to_string(given) + ": " + std::string(f.usage);
}

}  // namespace

void Checker::bind_name(Checked& expression, int i) {
  const Node& node = expression.tree[i];
  const auto meanings = symbols_.find(node.text, node.qualifier);
  if (meanings.size() == 1) {
    expression.meanings[static_cast<std::size_t>(i)] = meanings.front();
    return;
  }
  error(expression, node.at, meanings.empty() ? unknown_name(node, symbols_) : ambiguous_name(node, meanings));
  expression.facts[static_cast<std::size_t>(i)].bad = true;
}

void Checker::bind_call(Checked& expression, int i) {
  const Node& node = expression.tree[i];
  const FunctionInfo* f = find_function(node.text);
  expression.functions[static_cast<std::size_t>(i)] = f;
  std::string wrong;
  if (f == nullptr) wrong = "there is no function '" + node.text + "'" + suggestion(node.text, function_names());
  else if (node.arguments < f->fewest || node.arguments > f->most) wrong = wrong_count(*f, node.arguments);
  else if (node.where >= 0 && !f->where) wrong = "'" + node.text + "' takes no 'where': " + std::string(f->usage);
  else if (node.by >= 0 && !f->by) wrong = "'" + node.text + "' takes no 'by': " + std::string(f->usage);
  if (wrong.empty()) return;
  error(expression, node.at, wrong);
  expression.facts[static_cast<std::size_t>(i)].bad = true;
}

void Checker::check(Checked& expression, const Wanted& wanted) { NodeChecker(*this, expression, wanted).run(); }

}  // namespace puente::rules
