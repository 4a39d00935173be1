// What is warned of once the rows are read.
#include "data/tables/csv_doubts.h"

#include <fmt/format.h>

#include <algorithm>

#include "data/tables/table_sample.h"

namespace lithe::data {
namespace {

bool warns_of(const TablePart& part, std::string_view text) {
  return std::ranges::any_of(part.notes, [&](const TableNote& note) {
    return note.warning && note.text.find(text) != std::string::npos;
  });
}

// Twelve rows, the last of which is given.
TablePart sales(const std::string& last) {
  std::string text = "region,x,y,kind\n";
  for (int i = 0; i < 11; ++i)
    text += fmt::format("{},{},{},{}\n", i % 2 == 0 ? "north" : "south", 10 + i * 7 % 11,
                        100 + i * 5 % 11, i % 2 == 0 ? "p" : "q");
  return test::csv(text + last + "\n");
}

TEST(CsvDoubts, TextsThatDifferInSpelling) {
  const TablePart part = test::csv("a,b,kind\nRed,x,Yes\nred,y,yes\nblue,x,no\nred,y,\"no \"\n");
  EXPECT_TRUE(warns_of(part, "\"Red\" and \"red\" of \"a\" differ"));
  EXPECT_TRUE(warns_of(part, "\"no\" and \"no \" of \"kind\" differ"));
  EXPECT_FALSE(warns_of(part, "of \"b\""));
}

TEST(CsvDoubts, SumsOfOtherRows) {
  constexpr const char* kLast = "the last row may be a sum";
  EXPECT_TRUE(warns_of(sales(",150,1200,p"), kLast));
  EXPECT_FALSE(warns_of(sales("north,150,1200,p"), kLast));  // it has a name
  EXPECT_FALSE(warns_of(sales(",15,1200,p"), kLast));        // one number is as the others
  EXPECT_TRUE(warns_of(sales("Subtotal,150,1200,p\nnorth,11,101,p"), "\"Subtotal\" in \"region\""));
  EXPECT_FALSE(warns_of(sales("Totally,15,120,p"), "seems to name a sum"));
}

}  // namespace
}  // namespace lithe::data
