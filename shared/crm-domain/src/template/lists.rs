//! Lists in templates are never longer than what they are made of.
//!
//! The engine counts its work by steps, and adding or repeating lists is one step however long the outcome is: it is only made
//! when it is written, of which nothing is counted. So both are refused, and so is joining a list to a text unnamed.

use std::collections::BTreeSet;

use minijinja::machinery::ast::{BinOpKind, CallArg, Expr, Stmt};

/// Filters whose outcome is a list whatever they are given.
const LISTS: [&str; 7] = ["split", "lines", "list", "sort", "unique", "select", "reject"];
/// Filters whose outcome is what they are given, or one of their arguments.
const PASSES: [&str; 3] = ["default", "d", "reverse"];

/// Most items of a list that a text writes out.
const MAX_ITEMS: usize = 1_000;

/// Whether a text adds or repeats a list, has one inside another, or one that is too long.
pub(super) fn grow(template: &Stmt<'_>) -> bool {
    let mut found = Lists::default();
    // A name that is a list anywhere counts as one everywhere.
    loop {
        let known = found.names.len();
        found.statement(template);
        if found.grow || found.names.len() == known {
            return found.grow;
        }
    }
}

#[derive(Default)]
struct Lists<'a> {
    names: BTreeSet<&'a str>,
    grow: bool,
}

impl<'a> Lists<'a> {
    fn statements(&mut self, all: &[Stmt<'a>]) {
        for one in all {
            self.statement(one);
        }
    }

    fn statement(&mut self, statement: &Stmt<'a>) {
        match statement {
            Stmt::Template(one) => self.statements(&one.children),
            Stmt::EmitExpr(one) => self.look(&one.expr),
            Stmt::EmitRaw(_) => {}
            Stmt::ForLoop(one) => {
                self.look(&one.iter);
                one.filter_expr.iter().for_each(|condition| self.look(condition));
                self.statements(&one.body);
                self.statements(&one.else_body);
            }
            Stmt::IfCond(one) => {
                self.look(&one.expr);
                self.statements(&one.true_body);
                self.statements(&one.false_body);
            }
            Stmt::WithBlock(one) => {
                one.assignments.iter().for_each(|(target, value)| self.assign(target, value));
                self.statements(&one.body);
            }
            Stmt::Set(one) => self.assign(&one.target, &one.expr),
            Stmt::SetBlock(one) => {
                one.filter.iter().for_each(|filter| self.assign(&one.target, filter));
                self.statements(&one.body);
            }
            Stmt::AutoEscape(one) => {
                self.look(&one.enabled);
                self.statements(&one.body);
            }
            Stmt::FilterBlock(one) => {
                self.look(&one.filter);
                self.statements(&one.body);
            }
            Stmt::Do(one) => one.call.args.iter().for_each(|arg| self.look(value(arg))),
            #[allow(unreachable_patterns, reason = "statements of features that are off")]
            _ => self.grow = true,
        }
    }

    fn assign(&mut self, target: &Expr<'a>, value: &Expr<'a>) {
        self.look(value);
        if let Expr::Var(name) = target
            && self.is_list(value)
        {
            self.names.insert(name.id);
        }
    }

    /// Looks at an expression and all of its parts.
    fn look(&mut self, expression: &Expr<'a>) {
        let parts: Vec<&Expr<'a>> = match expression {
            Expr::Var(_) | Expr::Const(_) => Vec::new(),
            Expr::Slice(one) => {
                [Some(&one.expr), one.start.as_ref(), one.stop.as_ref(), one.step.as_ref()].into_iter().flatten().collect()
            }
            Expr::UnaryOp(one) => vec![&one.expr],
            Expr::BinOp(one) => {
                let grows = matches!(one.op, BinOpKind::Add | BinOpKind::Mul | BinOpKind::Concat);
                self.grow |= grows && (self.is_list(&one.left) || self.is_list(&one.right));
                vec![&one.left, &one.right]
            }
            Expr::Compare(one) => [&one.expr].into_iter().chain(one.ops.iter().map(|op| &op.expr)).collect(),
            Expr::IfExpr(one) => [&one.test_expr, &one.true_expr].into_iter().chain(&one.false_expr).collect(),
            Expr::Filter(one) => one.expr.iter().chain(one.args.iter().map(value)).collect(),
            Expr::Test(one) => [&one.expr].into_iter().chain(one.args.iter().map(value)).collect(),
            Expr::GetAttr(one) => vec![&one.expr],
            Expr::GetItem(one) => vec![&one.expr, &one.subscript_expr],
            Expr::Call(one) => [&one.expr].into_iter().chain(one.args.iter().map(value)).collect(),
            Expr::List(one) => self.flat(&one.items),
            Expr::Tuple(one) => self.flat(&one.items),
            Expr::Map(one) => self.flat(&one.values).into_iter().chain(&one.keys).collect(),
        };
        for part in parts {
            self.look(part);
        }
    }

    /// The items of a list, of which none may be one. A name takes a letter and may be a long text, so there are not many.
    fn flat<'e>(&mut self, items: &'e [Expr<'a>]) -> Vec<&'e Expr<'a>> {
        self.grow |= items.len() > MAX_ITEMS || items.iter().any(|item| self.is_list(item));
        items.iter().collect()
    }

    fn is_list(&self, expression: &Expr<'a>) -> bool {
        match expression {
            Expr::Var(name) => self.names.contains(name.id),
            Expr::List(_) | Expr::Tuple(_) => true,
            Expr::Slice(one) => self.is_list(&one.expr),
            Expr::IfExpr(one) => self.is_list(&one.true_expr) || one.false_expr.as_ref().is_some_and(|other| self.is_list(other)),
            Expr::BinOp(one) => {
                matches!(one.op, BinOpKind::ScAnd | BinOpKind::ScOr) && (self.is_list(&one.left) || self.is_list(&one.right))
            }
            Expr::Filter(one) => {
                let mut given = one.expr.iter().chain(one.args.iter().map(value));
                LISTS.contains(&one.name) || PASSES.contains(&one.name) && given.any(|given| self.is_list(given))
            }
            _ => false,
        }
    }
}

const fn value<'e, 'a>(arg: &'e CallArg<'a>) -> &'e Expr<'a> {
    match arg {
        CallArg::Pos(value) | CallArg::Kwarg(_, value) | CallArg::PosSplat(value) | CallArg::KwargSplat(value) => value,
    }
}
