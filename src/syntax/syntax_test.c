/* Tests of the parser: what trees come out, what is refused and where, and that chains of any
 * length and nests of any depth end well. The messages are CPython 3.11's. */
#include "core/memory.h"
#include "syntax/tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *text, *message;
    size_t begin, end;
} refused[] = {
    {"", "invalid syntax", 0, 0},
    {"1 +", "invalid syntax", 2, 3},
    {"(1, 2", "'(' was never closed", 0, 1},
    {"[1, (2", "'(' was never closed", 4, 5},
    {"1)", "unmatched ')'", 1, 2},
    {"(1]", "closing parenthesis ']' does not match opening parenthesis '('", 2, 3},
    {"[1 2]", "invalid syntax. Perhaps you forgot a comma?", 3, 4},
    {"'abc", "unterminated string literal (detected at line 1)", 0, 1},
    {"'''abc\n", "unterminated triple-quoted string literal (detected at line 2)", 0, 3},
    {"1__0", "invalid decimal literal", 0, 2},
    {"12ab", "invalid decimal literal", 0, 3},
    {"0xg", "invalid hexadecimal literal", 0, 3},
    {"0b12", "invalid digit '2' in binary literal", 0, 4},
    {"0o8", "invalid digit '8' in octal literal", 0, 3},
    {"012",
     "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal "
     "integers",
     0, 3},
    {"f(a=1, a=2)", "keyword argument repeated: a", 7, 9},
    {"f(a=1, 2)", "positional argument follows keyword argument", 7, 8},
    {"f(**a, 2)", "positional argument follows keyword argument unpacking", 7, 8},
    {"f(x for x in y, 1)", "Generator expression must be parenthesized", 2, 14},
    {"f(1=2)", "expression cannot contain assignment, perhaps you meant \"==\"?", 2, 4},
    {"1 if 2", "expected 'else' after 'if' expression", 0, 6},
    {"lambda x, x: 1", "duplicate argument 'x' in function definition", 10, 11},
    {"lambda x=1, y: 1", "non-default argument follows default argument", 12, 13},
    {"{1: 2, 3}", "':' expected after dictionary key", 8, 9},
    {"a b", "invalid syntax", 2, 3},
    {"a = 1", "invalid syntax", 2, 3},
    {"1 + * 2", "invalid syntax", 4, 5},
    {"a.1", "invalid syntax", 1, 3},
    {"x[]", "invalid syntax", 2, 3},
    {"not", "invalid syntax", 2, 3},
    {"1 + not 2", "invalid syntax", 4, 7},
    {"[x for 1 in y]", "cannot assign to literal", 7, 8},
    {"[*x for x in y]", "iterable unpacking cannot be used in comprehension", 0, 3},
    {"for", "invalid syntax", 0, 3},
    {"'a' b'b'", "cannot mix bytes and nonbytes literals", 4, 8},
    {"b'\xc3\xa9'", "bytes can only contain ASCII literal characters", 0, 5},
    {"'\\x1'", "(unicode error) truncated \\xXX escape", 1, 4},
    {"\x01", "invalid non-printable character", 0, 1},
    {"$", "invalid syntax", 0, 1},
    {"1 \xe2\x80\x9c", "invalid character '\xe2\x80\x9c' (U+201C)", 2, 5},
};

static void refuses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        cki_error error = {0};
        cki_tree *tree = cki_syntax_parse(refused[i].text, strlen(refused[i].text), &error);
        if (tree || strcmp(error.message, refused[i].message) != 0 ||
            error.begin != refused[i].begin || error.end != refused[i].end)
            fail_msg("%s: %s [%zu, %zu)", refused[i].text, error.message, error.begin, error.end);
        assert_string_equal(error.python, "SyntaxError");
    }
}

static cki_tree *parsed(const char *text)
{
    cki_error error = {0};
    cki_tree *tree = cki_syntax_parse(text, strlen(text), &error);
    if (!tree)
        fail_msg("%s: %s", text, error.message);
    return tree;
}

/* The tree in brackets, by its nodes' own order: to compare precedence with. */
static void show(const cki_tree *tree, uint32_t at, cki_text *out)
{
    static const char *const signs[] = {"+",  "-", "*", "/", "//", "%",      "**", "@",     "<<",
                                        ">>", "&", "|", "^", "==", "!=",     "<",  "<=",    ">",
                                        ">=", "-", "+", "~", "in", "not in", "is", "is not"};
    const cki_node *node = &tree->nodes[at];
    switch ((cki_node_kind)node->kind) {
    case CKI_NODE_NAME:
        cki_text_put(out, tree->names[node->a]);
        return;
    case CKI_NODE_UNARY:
    case CKI_NODE_NOT:
        cki_text_format(out, "(%s ", node->kind == CKI_NODE_NOT ? "not" : signs[node->sign]);
        show(tree, node->a, out);
        break;
    case CKI_NODE_BINARY:
    case CKI_NODE_AND:
    case CKI_NODE_OR:
        cki_text_char(out, '(');
        show(tree, node->a, out);
        cki_text_format(out, " %s ",
                        node->kind == CKI_NODE_AND  ? "and"
                        : node->kind == CKI_NODE_OR ? "or"
                                                    : signs[node->sign]);
        show(tree, node->b, out);
        break;
    case CKI_NODE_COMPARE:
        cki_text_char(out, '(');
        show(tree, tree->links[node->a], out);
        for (uint32_t i = 1; i < node->b; i += 2) {
            cki_text_format(out, " %s ", signs[tree->links[node->a + i]]);
            show(tree, tree->links[node->a + i + 1], out);
        }
        break;
    case CKI_NODE_CONDITION:
        cki_text_char(out, '(');
        show(tree, node->a, out);
        cki_text_put(out, " if ");
        show(tree, node->b, out);
        cki_text_put(out, " else ");
        show(tree, node->c, out);
        break;
    case CKI_NODE_LAMBDA:
        cki_text_put(out, "(lambda: ");
        show(tree, node->a, out);
        break;
    case CKI_NODE_CONSTANT:
    case CKI_NODE_ATTRIBUTE:
    case CKI_NODE_SUBSCRIPT:
    case CKI_NODE_SLICE:
    case CKI_NODE_CALL:
    case CKI_NODE_STAR:
    case CKI_NODE_DOUBLE_STAR:
    case CKI_NODE_KEYWORD:
    case CKI_NODE_LIST:
    case CKI_NODE_TUPLE:
    case CKI_NODE_SET:
    case CKI_NODE_DICT:
    case CKI_NODE_COMPREHENSION:
        cki_text_put(out, "(?");
        break;
    }
    cki_text_char(out, ')');
}

static void precedence(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"a + b * c", "(a + (b * c))"},
        {"a * b + c", "((a * b) + c)"},
        {"a - b - c", "((a - b) - c)"},
        {"-a ** b", "(- (a ** b))"},
        {"a ** -b", "(a ** (- b))"},
        {"a ** b ** c", "(a ** (b ** c))"},
        {"not a == b", "(not (a == b))"},
        {"not a and b or c", "(((not a) and b) or c)"},
        {"a or b and c", "(a or (b and c))"},
        {"a < b <= c != d", "(a < b <= c != d)"},
        {"a not in b is not c", "(a not in b is not c)"},
        {"a | b ^ c & d << e + f", "(a | (b ^ (c & (d << (e + f)))))"},
        {"~a + -b", "((~ a) + (- b))"},
        {"a @ b / c // d % e", "((((a @ b) / c) // d) % e)"},
        {"a if b else c if d else e", "(a if b else (c if d else e))"},
        {"lambda: a if b else c", "(lambda: (a if b else c))"},
        {"a or b if c and d else e", "((a or b) if (c and d) else e)"},
        {"(a + b) * c", "((a + b) * c)"},
        {"a if not b else c", "(a if (not b) else c)"},
        {"a # comment\n + b", "(a + b)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cki_tree *tree = parsed(cases[i][0]);
        cki_text text = {0};
        show(tree, tree->root, &text);
        assert_string_equal(text.bytes, cases[i][1]);
        cki_text_free(&text);
        cki_syntax_unref(tree);
    }
}

/* Children lie before their parents, which is what lets others walk trees with a loop. */
static void order_of_nodes(void **state)
{
    (void)state;
    cki_tree *tree = parsed("[f(a, *b, c=d)[1:2, ...].e if x else {k: v for k in y if z}, -(1)]");
    for (uint32_t i = 0; i < tree->nnodes; i++) {
        const cki_node *node = &tree->nodes[i];
        assert_true(node->begin < node->end && node->end <= tree->length);
        if (node->kind == CKI_NODE_BINARY || node->kind == CKI_NODE_SUBSCRIPT)
            assert_true(node->a < i && node->b < i);
    }
    assert_int_equal(tree->root, tree->nnodes - 1);
    cki_syntax_unref(cki_syntax_ref(tree));
    assert_string_equal(cki_syntax_text(tree), tree->text);
    cki_syntax_unref(tree);
}

static char *repeated(const char *before, const char *part, size_t count, const char *after)
{
    cki_text text = {0};
    cki_text_put(&text, before);
    for (size_t i = 0; i < count; i++)
        cki_text_put(&text, part);
    cki_text_put(&text, after);
    return cki_text_take(&text);
}

static void long_chains(void **state)
{
    (void)state;
    static const char *const parts[][3] = {
        {"1", "+1", ""},  {"a", ".b", ""},   {"a", "[0]", ""},    {"f", "()", ""},
        {"", "-", "1"},   {"", "not ", "1"}, {"a", " and a", ""}, {"1", " < 1", ""},
        {"1", ", 1", ""}, {"[", "1,", "]"},  {"1", "*1-1", ""},   {"'a'", " 'b'", ""}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        char *text = repeated(parts[i][0], parts[i][1], i ? 100000 : 1000000, parts[i][2]);
        cki_syntax_unref(parsed(text));
        cki_memory_free(text);
    }
}

static void deep_nests(void **state)
{
    (void)state;
    static const char *const parts[][2] = {{"(", "too many nested parentheses"},
                                           {"[", "too many nested parentheses"},
                                           {"{", "too many nested parentheses"},
                                           {"f(", "too many nested parentheses"},
                                           {"x[", "too many nested parentheses"},
                                           {"2**", "too many nested operators"},
                                           {"1 if 1 else ", "too many nested expressions"},
                                           {"lambda: ", "too many nested expressions"},
                                           {"lambda a=", "too many nested expressions"},
                                           {"(-", "too many nested parentheses"}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        char *text = repeated("", parts[i][0], 100000, "1");
        cki_error error = {0};
        assert_null(cki_syntax_parse(text, strlen(text), &error));
        assert_string_equal(error.message, parts[i][1]);
        assert_string_equal(error.python, "SyntaxError");
        assert_true(error.begin < error.end && error.end <= strlen(text));
        cki_memory_free(text);
    }
    char *good = repeated("", "(", 200, "1");
    char *whole = repeated(good, ")", 200, "");
    cki_syntax_unref(parsed(whole));
    cki_memory_free(good);
    cki_memory_free(whole);
}

/* Every allocation of a parse may fail; none may crash or leak. */
static void without_memory(void **state)
{
    (void)state;
    static const char text[] = "[f(a, *b, c=d)[1:2, ...], (lambda x, y=1: x + y), {1: 'a' 'b'}]";
    int64_t before = cki_memory_count();
    cki_syntax_unref(parsed(text));
    int64_t count = cki_memory_count() - before;
    for (int64_t n = 1; n <= count; n++) {
        cki_error error = {0};
        cki_memory_fail_at(n, false);
        cki_tree *tree = cki_syntax_parse(text, strlen(text), &error);
        cki_memory_fail_at(0, false);
        assert_null(tree);
        assert_int_equal(error.status, CASK_MEMORY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses),        cmocka_unit_test(precedence),
        cmocka_unit_test(order_of_nodes), cmocka_unit_test(long_chains),
        cmocka_unit_test(deep_nests),     cmocka_unit_test(without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
