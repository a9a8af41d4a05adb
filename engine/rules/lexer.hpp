// Cuts an expression into tokens. Names may use any alphabet (UTF-8) and any column can be written in back-quotes.
// Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace puente::rules {

enum class Token : std::uint8_t {
  end, number, text, name, quoted_name,
  open, close, open_list, close_list, comma, dot, assign,
  plus, minus, times, divide, power,
  less, less_equal, greater, greater_equal, equal, unequal,
  logical_and, logical_or, logical_not, in, where, true_word, false_word,
};

struct Lexeme {
  Token token = Token::end;
  std::size_t begin = 0, end = 0;  ///< bytes of the expression
  double number = 0;
  std::string text;  ///< of a name or a text, without its quotes
};

/// A mistake in the form of an expression, at a byte of it.
struct SyntaxError {
  std::size_t at;
  std::string message;
};

/// The lexemes, with one `end` behind them. Throws SyntaxError.
std::vector<Lexeme> cut(std::string_view expression);

}  // namespace puente::rules
