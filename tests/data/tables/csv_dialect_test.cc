#include "data/tables/csv_dialect.h"

#include "data/tables/table_sample.h"

namespace lithe::data {
namespace {

using namespace lithe::test;

bool header(std::string_view text) { return csv(text).schema.header; }

TEST(CsvDialect, TellsTheHeaderByTheLinesBelow) {
  EXPECT_TRUE(header("town,2019,2020,trend\nA,1.5,2,up\nB,1,2.5,down\nC,2,3,up\nD,2,1,down\n"));
  EXPECT_TRUE(header("0,1,2\n0.5,1.5,a\n0.25,1,b\n"));
  EXPECT_TRUE(header("id,1,2,y\n7,2.5,3,a\n8,2,1.5,b\n"));
  EXPECT_TRUE(header("2019,2020,2021\n0.5,1.5,a\n0.25,1,b\n"));
  EXPECT_TRUE(header("cap,gill\nred,white\nblue,white\nred,black\nred,white\n"));
  EXPECT_FALSE(header("red,white\nblue,white\nred,black\nred,white\n"));
  EXPECT_FALSE(header("1,2,3\n3,4,5\n"));
  EXPECT_FALSE(header("5.1,3.5,setosa\n4.9,3,virginica\n4.7,3.2,setosa\n"));
  expect_error(ErrorKind::data, {"may be a header or not", "--header yes"},
               [] { csv("n,5.5,x\n1,2,a\n2,7,b\n"); });
  CsvOptions options;
  options.header = CsvHeader::yes;
  EXPECT_EQ(csv("n,5.5,x\n1,2,a\n2,7,b\n", options).schema.columns[1].name, "5.5");
}

TEST(CsvDialect, PassesOverWhatStandsBeforeTheTable) {
  EXPECT_EQ(csv("sep=;\na;b\n1;2\n3;4\n").schema.columns[0].name, "a");
  EXPECT_EQ(csv("# made by hand\n# in 2024\na,b\n1,2\n3,4\n").schema.columns[0].name, "a");
  EXPECT_EQ(csv("#a,b\n1,2\n3,4\n").schema.columns[0].name, "a");
  expect_error(ErrorKind::data, {"line 5"}, [] { csv("# one\n# two\na,b\n1,2\n3\n"); });
}

TEST(CsvDialect, ReadsTrailingSeparatorsAndBlanks) {
  EXPECT_EQ(csv("a,b,y,\n1,2,p,\n3,4,q,\n").schema.target()->name, "y");
  const auto part = csv("  1.5  2.5 q\n 2.5  0.5 p\r\n0.5 1 p\n");
  EXPECT_EQ(part.examples.features.columns, 2u);
  EXPECT_EQ(part.class_names.size(), 2u);
}

}  // namespace
}  // namespace lithe::data
