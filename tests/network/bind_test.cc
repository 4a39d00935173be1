#include "network/bind.h"

#include <gtest/gtest.h>

#include <string>

#include "catalogue/catalogue.h"
#include "network/random_component.h"
#include "network/sentence_error.h"

namespace lithe::network {
namespace {

constexpr Category kCategories[] = {Category::layer,     Category::activation,  Category::loss,
                                    Category::optimizer, Category::initializer, Category::schedule,
                                    Category::averaging};

// Components with every type of argument, whatever the real ones are at the moment.
const Catalogue& sample() {
  static const Catalogue all = [] {
    const Declaration layers[] = {
        {"units", "so many", {{"count", "how many", Type::integer, {}, 1, 1000}}},
        {"window",
         "a window",
         {{"size", "its size", Type::shape, "3x3"},
          {"stride", "its step", Type::integer, "1", 1, 9}}},
        {"several",
         "shapes",
         {{"sizes", "their sizes", Type::shapes},
          {"act", "after it", Type::component, "plain", 0, 0, false, Category::activation}}},
        {"rate", "a rate", {{"rate", "share", Type::number, "5%", 0, 1, true}}},
        {"twice",
         "a network again",
         {{"body", "what", Type::network},
          {"act", "after it", Type::component, "plain", 0, 0, false, Category::activation}}},
        {"either",
         "a number or a component",
         {{"value", "which", Type::number_or_component, "2", 0, 9, true, Category::activation}}},
        {"bare", "no arguments"}};
    const Declaration activations[] = {
        {"plain", "none"}, {"steep", "steep", {{"slope", "how steep", Type::number, "0.01"}}}};
    Catalogue result;
    result.add(Category::layer, layers);
    result.add(Category::activation, activations);
    return result;
  }();
  return all;
}

std::string canonical(const std::string& text) {
  return print(read_network(text, sample()), sample());
}

Error error_of(const std::string& text) {
  return refusal([&] { read_network(text, sample()); });
}

TEST(Bind, PrintsCanonically) {
  EXPECT_EQ(canonical("units( count = 5e1 )"), "units(50)");
  EXPECT_EQ(canonical("window(3x3, 1)"), "window");
  EXPECT_EQ(canonical("window(stride=2)"), "window(stride=2)");
  EXPECT_EQ(canonical("window(stride=2, size=5)"), "window(5, 2)");
  EXPECT_EQ(canonical("rate(0.05)"), "rate");
  EXPECT_EQ(canonical("several( 3x2,5 ,2, act=plain)"), "several(3x2, 5, 2)");
  EXPECT_EQ(canonical("several(sizes=3x2, act=steep)"), "several(3x2, act=steep)");
  EXPECT_EQ(canonical("rate(10%)->bare()"), "rate(0.1) -> bare");
  EXPECT_EQ(canonical("twice(act=steep(slope=1e-2), body=units(1)->twice(bare))"),
            "twice(units(1) -> twice(bare), steep)");
  EXPECT_EQ(canonical("twice(bare, steep(-1e300))"), "twice(bare, steep(-1e+300))");
}

TEST(Bind, TakesANumberOrAComponent) {
  EXPECT_EQ(canonical("either(3)"), "either(3)");
  EXPECT_EQ(canonical("either(2)"), "either");
  EXPECT_EQ(canonical("either(steep(0.5))"), "either(steep(0.5))");
  EXPECT_EQ(canonical("either(value=plain())"), "either(plain)");
  for (const char* text : {"either(0)", "either(10)", "either(3x3)", "either(bare)"})
    EXPECT_EQ(error_of(text).kind(), ErrorKind::sentence) << text;
}

// Nobody reads more of a name than its beginning.
TEST(Bind, RepeatsLongNamesShortened) {
  const std::string name(30'000, 'x');
  EXPECT_LT(std::string(error_of(name).what()).size(), 2000u);
  EXPECT_LT(std::string(error_of("units(" + name + "=3)").what()).size(), 2000u);
}

TEST(Bind, RefusesAnArgumentThatIsNotThere) {
  const Error error = refusal([] {
    make_component("units", Category::layer, sample(), {{"count", 3.0}, {"counts", 4.0}});
  });
  EXPECT_NE(std::string(error.what()).find("counts"), std::string::npos);
}

TEST(Bind, FillsInDefaults) {
  const Component window = read_component("window", Category::layer, sample());
  EXPECT_EQ(window.shape("size"), (Shape{{3, 3}}));
  EXPECT_EQ(window.integer("stride"), 1u);
  const Component twice = read_component("twice(bare)", Category::layer, sample());
  EXPECT_EQ(twice.component("act").name, "plain");
  EXPECT_EQ(twice.network("body").size(), 1u);
  EXPECT_EQ(read_component("rate", Category::layer, sample()).number("rate"), 0.05);
}

TEST(Bind, WhatIsPrintedReadsBackTheSame) {
  for (const Catalogue* catalogue : {&sample(), &catalogue::catalogue()}) {
    RandomComponents random(*catalogue, 7);
    for (int i = 0; i < 2000; ++i) {
      const Sentence network = random.network(8);
      const std::string text = print(network, *catalogue);
      ASSERT_EQ(read_network(text, *catalogue), network) << text;
    }
  }
}

TEST(Bind, WhatIsPrintedReadsBackTheSameInEveryCategory) {
  const Catalogue& catalogue = catalogue::catalogue();
  RandomComponents random(catalogue, 8);
  for (const Category category : kCategories) {
    for (int i = 0; i < 500; ++i) {
      const Component component = random.component(category);
      const std::string text = print(component, category, catalogue);
      ASSERT_EQ(read_component(text, category, catalogue), component) << text;
    }
  }
}

struct Mistake {
  std::string text, underlined, problem, remedy;  // remedy: how it begins
};

TEST(Bind, PointsAtWhatIsWrong) {
  const Mistake mistakes[] = {
      {"bare -> unit(3)", "unit", "no layer is called 'unit'", "units"},
      {"xyzzy", "xyzzy", "no layer is called 'xyzzy'", "one of units, window, several, rate"},
      {"twice(bare, stepe)", "stepe", "no activation is called 'stepe'", "steep"},
      {"twice(rat)", "rat", "no layer is called 'rat'", "rate"},
      {"units", "units", "units needs its argument 'count'", "units(count)"},
      {"units()", "units", "units needs its argument 'count'", "units(count)"},
      {"units(cuont=3)", "cuont", "units has no argument 'cuont'", "count"},
      {"units(colour=3)", "colour", "units has no argument 'colour'", "units(count)"},
      {"units(3, count=4)", "count", "'count' is given twice", ""},
      {"window(stride=3, stride=4)", "stride", "'stride' is given twice", ""},
      {"units(3, 4)", "4", "units takes 1 argument and here is one more", "units(count)"},
      {"window(3, 1, 4)", "4", "window takes 2 arguments and here is one more", "window(size=3x3"},
      {"several", "several", "several needs its argument 'sizes'", "several(sizes..., act=plain)"},
      {"several(3, 2.5)", "2.5", "sizes must be shapes such as 28x28, one or more", ""},
      {"several(3, plain)", "plain", "sizes must be shapes such as 28x28, one or more", ""},
      {"several(3, sizes=2)", "sizes", "'sizes' is given twice", ""},
      {"bare(1)", "1", "bare takes 0 arguments and here is one more", "bare"},
      {"units(0)", "0", "count must be a whole number from 1 to 1000", ""},
      {"units(1001)", "1001", "count must be a whole number from 1 to 1000", ""},
      {"units(-3)", "-3", "count must be a whole number from 1 to 1000", ""},
      {"units(2.5)", "2.5", "count must be a whole number from 1 to 1000", ""},
      {"units(3x3)", "3x3", "count must be a whole number from 1 to 1000", ""},
      {"units(many)", "many", "count must be a whole number from 1 to 1000", ""},
      {"rate(0)", "0", "rate must be a number above 0 and at most 1", ""},
      {"rate(rate=101%)", "101%", "rate must be a number above 0 and at most 1", ""},
      {"window(2.5)", "2.5", "size must be a shape such as 28x28", ""},
      {"window(1e9)", "1e9", "size must be a shape such as 28x28", ""},
      {"window(bare)", "bare", "size must be a shape such as 28x28", ""},
      {"twice(3)", "3", "body must be a network", ""},
      {"twice(bare, 3)", "3", "act must be the name of an activation", ""},
      {"twice(bare, plain -> steep)", "plain -> steep", "act must be the name of an activation",
       ""},
  };
  for (const Mistake& mistake : mistakes) {
    SCOPED_TRACE(mistake.text);
    const Error error = error_of(mistake.text);
    EXPECT_EQ(error.problem(), mistake.problem);
    EXPECT_EQ(underlined(error), mistake.underlined);
    EXPECT_TRUE(error.remedy().starts_with(mistake.remedy)) << error.remedy();
  }
}

TEST(Bind, AComponentIsNoChain) {
  const auto read = [] { read_component("plain -> steep", Category::activation, sample()); };
  const Error error = refusal(read);
  EXPECT_EQ(error.problem(), "one activation was expected, not a chain");
  EXPECT_EQ(underlined(error), "steep");
}

TEST(Bind, ComponentsMadeByCodeAreCheckedLikeText) {
  const auto make = [](double count) {
    return make_component("units", Category::layer, sample(), {{"count", count}});
  };
  EXPECT_EQ(make(3), read_component("units(3)", Category::layer, sample()));
  refusal([&] { make(0); });
  refusal([&] { make(2.5); });
  refusal([&] { make(std::nan("")); });
  refusal([] { make_component("unit", Category::layer, sample(), {}); });
  refusal([] { make_component("units", Category::layer, sample(), {}); });
  refusal([] {
    make_component("window", Category::layer, sample(), {{"size", Shape{{1, 2, 3, 4, 5}}}});
  });
}

TEST(Bind, EveryDeclarationOfOursDescribesItself) {
  for (const auto& entry : catalogue::catalogue().entries) {
    const std::string text = describe(entry.declaration);
    EXPECT_TRUE(text.starts_with(entry.declaration.name)) << text;
    EXPECT_NE(text.find(entry.declaration.help), text.npos) << text;
    for (const Argument& argument : entry.declaration.arguments)
      EXPECT_NE(text.find(argument.help), text.npos) << text;
  }
}

TEST(Bind, ALongNameStandsApartFromItsHelp) {
  Declaration declaration = {"much", "does much", {{"normalize_observations", "or not"}}};
  EXPECT_NE(describe(declaration).find("normalize_observations or not"), std::string::npos);
}

}  // namespace
}  // namespace lithe::network
